/** Looks whether a file is sound. Reads all of it, and blocks meanwhile: for commands, not for nodes. */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { isDamage, storeError } from './errors.ts';
import { checkSchema } from './schema.ts';

/** Problems that are told; a damaged file may have thousands. */
const MAX_PROBLEMS = 10;

/**
 * Tells what is damaged; nothing if the file is sound, or not there. Other programs may write it meanwhile. Throws
 * `STORE_BUSY` if one keeps it to itself, `STORE_TOO_NEW` and `STORE_FOREIGN`.
 */
export function storeProblems(path: string): string[] {
  if (!existsSync(path)) return [];
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true });
    checkSchema(db, path);
    const rows = db.prepare(`PRAGMA integrity_check(${MAX_PROBLEMS})`).all();
    const lines = rows.flatMap((row) => String(row['integrity_check']).split('\n'));
    return lines.filter((line) => line !== 'ok' && !line.startsWith('***'));
  } catch (error) {
    if (isDamage(error)) return [storeError(path, error).message];
    throw storeError(path, error);
  } finally {
    db?.close();
  }
}
