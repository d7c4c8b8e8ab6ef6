// Starts one of the tools in node_modules, with its output on this terminal.
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';

export const root = join(import.meta.dirname, '..');
const tools = join(root, 'node_modules', '.bin');

/** Runs a tool in the checkout and answers its exit code. */
export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): number {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32', // tools are .cmd files there
    env: { ...process.env, PATH: `${tools}${delimiter}${process.env['PATH'] ?? ''}`, ...env },
  });
  if (result.error) throw result.error;
  return result.status ?? 1;
}

/** Runs a tool and ends this script with its exit code if it fails. */
export function must(command: string, args: readonly string[]): void {
  const code = run(command, args);
  if (code !== 0) process.exit(code);
}
