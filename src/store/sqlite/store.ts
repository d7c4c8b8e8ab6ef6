/** The store in one SQLite file: what a promise said is written survives `kill -9` and, unless told otherwise, a loss of power. */
import type { DatabaseSync } from 'node:sqlite';
import { LocalError, messageOf } from '../../base/errors.ts';
import { checkTableName } from '../limits.ts';
import type { KeyedTable, Store } from '../store.ts';
import { Batch } from './batch.ts';
import { type Durability, openDatabase } from './database.ts';
import { moveAwayHelp, storeError } from './errors.ts';
import { SqliteTable, Statements } from './table.ts';

/**
 * Opens or makes the file. Throws `STORE_NOT_WRITABLE`, `STORE_CORRUPT`, `STORE_TOO_NEW`, `STORE_FOREIGN` or
 * `STORE_BUSY`. One process writes a file at a time: see `lock.ts`.
 */
export function openSqliteStore(path: string, durability: Durability = 'power'): Store {
  const db = openDatabase(path, durability);
  const statements = prepare(db, path);
  const batch = new Batch(db, path);
  const tables = new Map<string, KeyedTable>();
  return {
    table(name) {
      checkTableName(name);
      const table = tables.get(name) ?? new SqliteTable(name, statements, batch);
      tables.set(name, table);
      return table;
    },
    async close() {
      if (!db.isOpen) return;
      batch.close();
      try {
        db.close();
      } catch (error) {
        throw storeError(path, error);
      }
    },
  };
}

/** A file that says it has our schema but has not is damaged. */
function prepare(db: DatabaseSync, path: string): Statements {
  try {
    return new Statements(db);
  } catch (error) {
    db.close();
    throw new LocalError('STORE_CORRUPT', `${path} is damaged: ${messageOf(error)}`, {
      help: moveAwayHelp(path),
      metadata: { path },
      cause: error,
    });
  }
}
