import { DatabaseSync } from 'node:sqlite';
import { storeError } from './errors.ts';

/** As for every other program that looks into the file. */
const BUSY_TIMEOUT_MS = 5000;

/**
 * Writes a whole and consistent copy of the file to `target`, which must not exist, also while another process writes.
 * The copy gets the mode that the process's umask leaves: put it into a private folder.
 */
export function copyStore(path: string, target: string): void {
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    db.prepare('VACUUM INTO ?').run(target);
  } catch (error) {
    throw storeError(path, error);
  } finally {
    db.close();
  }
}
