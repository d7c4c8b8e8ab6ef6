/**
 * Secrets of an upstream: read from files that only their owner can open, or from a command, each time it is started; given
 * to it as environment, and taken out of whatever is shown or kept of it.
 */
import { text } from 'node:stream/consumers';
import { LocalError, messageOf } from '../../../base/errors.ts';
import { readPrivateFile } from '../../../trust/private-file.ts';
import { ChildGroup } from './child-group.ts';
import type { Environment } from './expand.ts';
import { maxSecretBytes, secretCommandMs } from './limits.ts';

/** Where a secret is. Paths are absolute. */
export type SecretSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'command'; readonly command: readonly string[]; readonly cwd: string };

export type SecretSources = Readonly<Record<string, SecretSource>>;

/**
 * Reads all of them, without the line end behind each. Throws SECRET_FILE_TOO_OPEN, SECRET_FILE_MISSING,
 * FILE_UNREADABLE, SECRET_COMMAND_FAILED, SECRET_COMMAND_TIMEOUT or SECRET_EMPTY, and never with a value.
 */
export async function readSecrets(sources: SecretSources, env: Environment): Promise<Record<string, string>> {
  const read = Object.entries(sources).map(async ([name, source]): Promise<[string, string]> => {
    const value = source.kind === 'file' ? await fromFile(name, source.path) : await fromCommand(name, source, env);
    const secret = value.replace(/\r?\n$/, '');
    if (secret === '') throw new LocalError('SECRET_EMPTY', `the secret ${name} is empty`, { metadata: { name } });
    return [name, secret];
  });
  return Object.fromEntries(await Promise.all(read));
}

async function fromFile(name: string, path: string): Promise<string> {
  const found = await readPrivateFile(path, 'SECRET_FILE_TOO_OPEN');
  if (found !== undefined) return found;
  throw new LocalError('SECRET_FILE_MISSING', `the secret ${name} should be in ${path}, and there is no such file`, {
    help: `(umask 077; cat > '${path}') and paste the secret`,
    metadata: { name, path },
  });
}

/** What it prints on its standard error may be secret too: nobody sees it. */
async function fromCommand(
  name: string,
  { command: [program = '', ...words], cwd }: Extract<SecretSource, { kind: 'command' }>,
  env: Environment,
): Promise<string> {
  const known = Object.fromEntries(
    Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
  const group = new ChildGroup(program, words, { cwd, env: known, graceMs: 0 });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    group.kill();
  }, secretCommandMs);
  group.child.stdin.on('error', () => undefined); // it need not read
  group.child.stdin.end();
  group.child.stderr.resume();
  let size = 0;
  group.child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxSecretBytes) group.kill();
  });
  const printed = text(group.child.stdout).catch(messageOf);
  const how = await group.ended;
  clearTimeout(timer);
  if (isLate) throw failed(name, 'SECRET_COMMAND_TIMEOUT', `gave nothing within ${secretCommandMs / 1_000} s`);
  if (size > maxSecretBytes) throw failed(name, 'SECRET_COMMAND_FAILED', `printed more than ${maxSecretBytes} bytes`);
  if (group.child.exitCode !== 0) throw failed(name, 'SECRET_COMMAND_FAILED', `failed: ${how}`);
  return printed;
}

function failed(name: string, reason: string, how: string): LocalError {
  return new LocalError(reason, `the command for the secret ${name} ${how}`, {
    help: 'run it by hand, as the user who runs the node; it must not ask for anything',
    metadata: { name },
  });
}
