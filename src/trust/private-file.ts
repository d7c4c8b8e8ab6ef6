/** Files that hold secrets, and folders that hold those. */
import { randomBytes } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LocalError, messageOf, systemCodeOf } from '../base/errors.ts';
import { ensurePrivateDir } from '../base/files.ts';

/** No secret here is longer; a larger file is something else. */
const MAX_SECRET_BYTES = 16 * 1024;

/**
 * The text of a file that only its owner may open; `undefined` if there is none. Throws `tooOpenReason` if its mode
 * lets others in, whatever they did with it: the check and the reading are of the same open file.
 */
export async function readPrivateFile(path: string, tooOpenReason: string): Promise<string | undefined> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw unreadable(path, messageOf(error), error);
  });
  if (!file) return undefined;
  try {
    const { mode, size } = await file.stat();
    // Windows has no such bits: there, the folder of the user protects the file.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw tooOpen(path, mode, tooOpenReason);
    if (size > MAX_SECRET_BYTES) throw unreadable(path, `${size} bytes are too many`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/**
 * Writes a file that must not exist yet, whole or not at all, mode 0600; resolves to false, and changes nothing, if it
 * exists. A rename would replace the other's file; a hard link cannot.
 */
export async function writeFileOnce(path: string, data: string): Promise<boolean> {
  const scratch = join(dirname(path), `.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeSynced(scratch, data);
    await link(scratch, path);
    return true;
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(scratch, { force: true });
  }
}

/** Makes the home, private. Throws `HOME_NOT_WRITABLE`. */
export async function ensureHome(home: string): Promise<void> {
  await ensurePrivateDir(home).catch((error: unknown) => {
    throw homeNotWritable(home, error);
  });
}

/** Says where to look when the home cannot be written. */
export function homeNotWritable(home: string, cause: unknown): LocalError {
  return new LocalError('HOME_NOT_WRITABLE', `cannot write in ${home}: ${messageOf(cause)}`, {
    help: `set TOWLINE_HOME to a folder that you may write, or: chown -R "$(id -un)" '${home}' && chmod 700 '${home}'`,
    metadata: { home },
    cause,
  });
}

async function writeSynced(path: string, data: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

function tooOpen(path: string, mode: number, reason: string): LocalError {
  const text = (mode & 0o777).toString(8).padStart(4, '0');
  return new LocalError(reason, `${path} can be opened by others (mode ${text}); its secret may be known`, {
    help: `chmod 600 '${path}'`,
    metadata: { path, mode: text },
  });
}

function unreadable(path: string, why: string, cause?: unknown): LocalError {
  return new LocalError('FILE_UNREADABLE', `cannot read ${path}: ${why}`, {
    help: `make it yours and readable: chown "$(id -un)" '${path}' && chmod 600 '${path}'`,
    metadata: { path },
    cause,
  });
}
