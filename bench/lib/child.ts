import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A process that a suite started, and ends with it. */
export interface Child extends AsyncDisposable {
  readonly process: ChildProcess;
  /** The first line that it printed: where it listens, or whatever it has to say when it is ready. */
  readonly firstLine: string;
  /** From the start to the first line. */
  readonly readyMs: number;
}

/** Starts this Node with `args`, and waits for its first line on standard output. */
export async function startChild(args: readonly string[], env: Record<string, string> = {}): Promise<Child> {
  const started = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  const lines = createInterface({ input: child.stdout });
  const firstLine = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`${args.join(' ')} ended with ${code} before it was ready`)),
    ),
  ]);
  lines.on('line', () => undefined);
  const readyMs = performance.now() - started;
  return { process: child, firstLine, readyMs, [Symbol.asyncDispose]: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await exited;
  clearTimeout(timer);
}
