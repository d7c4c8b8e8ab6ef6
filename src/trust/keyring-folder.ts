/** Reads `<home>/trust/*.keys`. A file that cannot be read, or that others can write, counts as empty: fail closed. */
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalError, messageOf, systemCodeOf } from '../base/errors.ts';
import type { GroupKeys, KeyringProblem } from './keyring-entries.ts';
import { parseKeys } from './keyring-file.ts';
import { isName } from './names.ts';

const EXTENSION = '.keys';

/** 4 MiB hold some 50,000 keys; a larger file is a mistake. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

export interface FolderState {
  /** In the order of their names. */
  readonly files: readonly GroupKeys[];
  /** Of whole files. */
  readonly problems: readonly KeyringProblem[];
  /** Changes when a file does. */
  readonly signature: string;
}

export function pathOfGroup(folder: string, group: string): string {
  return join(folder, group + EXTENSION);
}

export async function readFolder(folder: string): Promise<FolderState> {
  // Taken first: what changes while we read makes the next comparison differ.
  const signature = await signatureOf(folder);
  const files: GroupKeys[] = [];
  const problems: KeyringProblem[] = [];
  for (const name of await keyFiles(folder)) {
    const group = name.slice(0, -EXTENSION.length);
    const path = join(folder, name);
    try {
      if (!isName(group)) throw badGroup(group);
      const text = await readKeys(path);
      if (text !== undefined) files.push({ group, path, ...parseKeys(text) });
    } catch (error) {
      const { reason, message, help } = error instanceof LocalError ? error : unreadable(path, error);
      problems.push({ path, line: 0, reason, message, help });
    }
  }
  return { files, problems, signature };
}

/** A text that differs when a file was added, removed, written or given another mode. */
export async function signatureOf(folder: string): Promise<string> {
  const parts = (await keyFiles(folder)).map(async (name) => {
    const facts = await stat(join(folder, name), { bigint: true }).catch(ifMissing);
    return facts ? [name, facts.ino, facts.size, facts.mtimeNs, facts.ctimeNs].join('/') : name;
  });
  return (await Promise.all(parts)).join('\n');
}

/**
 * The text of one file, `undefined` if there is none. Throws `KEYRING_TOO_OPEN` if others can write it, or
 * `KEYRING_UNREADABLE`.
 */
export async function readKeys(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { mode, size } = await file.stat();
      if (process.platform !== 'win32' && (mode & 0o022) !== 0) throw tooOpen(path);
      if (size > MAX_FILE_BYTES) throw new Error(`${size} bytes are too many`);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error instanceof LocalError ? error : unreadable(path, error);
  }
}

async function keyFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw unreadable(folder, error);
  });
  return names.filter((name) => name.endsWith(EXTENSION) && !name.startsWith('.')).sort();
}

function ifMissing(error: unknown): undefined {
  if (systemCodeOf(error) === 'ENOENT') return undefined;
  throw error;
}

function tooOpen(path: string): LocalError {
  return new LocalError('KEYRING_TOO_OPEN', 'others can write this file, so none of its keys is trusted', {
    help: `look who is in it, then: chmod 600 '${path}'`,
    metadata: { path },
  });
}

function unreadable(path: string, cause: unknown): LocalError {
  return new LocalError('KEYRING_UNREADABLE', `cannot be read, so none of its keys is trusted: ${messageOf(cause)}`, {
    help: `chown "$(id -un)" '${path}' && chmod u+rw '${path}'`,
    metadata: { path },
    cause,
  });
}

function badGroup(group: string): LocalError {
  return new LocalError('GROUP_INVALID', `"${group}" is no name of a group`, {
    help: 'rename the file: 1 to 32 of a-z, 0-9, _ and -, then .keys',
  });
}
