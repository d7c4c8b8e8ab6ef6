/** Files that must be whole and private. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LocalError, messageOf, systemCodeOf } from './errors.ts';

/** Makes a folder that only its owner can enter. An existing one is left as it is: it may not be ours alone. */
export async function ensurePrivateDir(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw notWritable(path, error);
  }
}

/** Writes a file so that a reader sees the old content or the new, never a part, even after a crash. */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  options: { mode?: number } = {},
): Promise<void> {
  const scratch = join(dirname(path), `.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(scratch, 'wx', options.mode ?? 0o600);
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(scratch, path);
  } catch (error) {
    await rm(scratch, { force: true });
    throw notWritable(path, error);
  }
}

function notWritable(path: string, cause: unknown): unknown {
  const code = systemCodeOf(cause);
  if (code === undefined || !['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR', 'EEXIST'].includes(code)) return cause;
  return new LocalError('NOT_WRITABLE', `cannot write ${path}: ${messageOf(cause)}`, {
    help: 'give a folder that you may write: set TOWLINE_HOME, or mend the owner and mode of this one',
    metadata: { path },
    cause,
  });
}
