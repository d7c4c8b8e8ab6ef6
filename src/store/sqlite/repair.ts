/** Makes a sound file of a damaged one: what can be read is copied, and the damaged file is kept beside. */
import { existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { LocalError } from '../../base/errors.ts';
import { storeProblems } from './check.ts';
import { openDatabase } from './database.ts';
import { isDamage, storeError } from './errors.ts';
import { salvageLogs } from './salvage-logs.ts';
import { salvageQueues } from './salvage-queues.ts';
import { salvageTables } from './salvage-tables.ts';
import { checkSchema } from './schema.ts';

export interface Repair {
  /** Where the damaged file is now. */
  readonly damagedPath: string;
  /** Rows of tables, entries of logs, and items of queues that were copied. */
  readonly rowCount: number;
  readonly entryCount: number;
  readonly itemCount: number;
  /** What could not be read, in words; empty if nothing is missing. */
  readonly losses: readonly string[];
}

/** What one kind of contents gave. */
export interface Salvaged {
  readonly count: number;
  readonly losses: readonly string[];
}

/**
 * Gives nothing if the file is sound, or not there; then it is left alone. Blocks; no other program may use the file.
 * Needs as much room as the file has. Throws `STORE_BEYOND_REPAIR`, `STORE_FULL`, `STORE_TOO_NEW` or `STORE_FOREIGN`:
 * then nothing has changed.
 */
export function repairStore(path: string): Repair | undefined {
  if (storeProblems(path).length === 0) return undefined;
  const repairedPath = `${path}.repaired`;
  remove(repairedPath);
  try {
    const { rows, entries, items } = salvage(path, repairedPath);
    const damagedPath = swap(path, repairedPath);
    const losses = [...rows.losses, ...entries.losses, ...items.losses];
    return { damagedPath, rowCount: rows.count, entryCount: entries.count, itemCount: items.count, losses };
  } finally {
    remove(repairedPath);
  }
}

function salvage(path: string, repairedPath: string): Record<'rows' | 'entries' | 'items', Salvaged> {
  const damaged = openDamaged(path);
  try {
    const target = openDatabase(repairedPath);
    try {
      target.exec('BEGIN IMMEDIATE');
      const found = {
        rows: salvageTables(damaged, target),
        entries: salvageLogs(damaged, target),
        items: salvageQueues(damaged, target),
      };
      target.exec('COMMIT');
      return found;
    } catch (error) {
      throw storeError(repairedPath, error);
    } finally {
      target.close();
    }
  } finally {
    damaged.close();
  }
}

/** Reads only. The schema counts as writable because SQLite refuses a file that was cut off otherwise. */
function openDamaged(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true, defensive: false });
  try {
    db.exec('PRAGMA writable_schema = ON');
    checkSchema(db, path);
    return db;
  } catch (error) {
    db.close();
    if (!isDamage(error)) throw storeError(path, error);
    throw new LocalError('STORE_BEYOND_REPAIR', `nothing can be read of ${path}: its first page is damaged`, {
      help: `restore a backup (towline restore), or begin anew: mv '${path}' '${path}.damaged'`,
      metadata: { path },
      cause: error,
    });
  }
}

/** At every moment a file is there, so that no node begins an empty one: the last step puts the new in place of the old. */
function swap(path: string, repairedPath: string): string {
  const damagedPath = `${path}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  linkSync(path, damagedPath);
  // A log of the old file would be played into the new one.
  if (existsSync(`${path}-wal`)) renameSync(`${path}-wal`, `${damagedPath}-wal`);
  rmSync(`${path}-shm`, { force: true });
  renameSync(repairedPath, path);
  return damagedPath;
}

function remove(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
}
