/** The store in one SQLite file: what a promise said is written survives `kill -9` and, unless told otherwise, a loss of power. */
import type { DatabaseSync } from 'node:sqlite';
import { LocalError, messageOf } from '../../base/errors.ts';
import { conditionsHold } from '../conditions.ts';
import { checkLogName, checkTableName, checkWrites } from '../limits.ts';
import type { Store, Write } from '../store.ts';
import { Batch } from './batch.ts';
import { type Durability, openDatabase } from './database.ts';
import { repairHelp, storeError } from './errors.ts';
import { SqliteLog } from './log.ts';
import { Logs } from './logs.ts';
import { SqliteQueue } from './queue.ts';
import { Queues } from './queues.ts';
import { Sweeper } from './sweep.ts';
import { Rows, SqliteTable } from './table.ts';

/**
 * Opens or makes the file. Throws `STORE_NOT_WRITABLE`, `STORE_CORRUPT`, `STORE_TOO_NEW`, `STORE_FOREIGN` or
 * `STORE_BUSY`. One process writes a file at a time: see `lock.ts`.
 */
export function openSqliteStore(path: string, durability: Durability = 'power'): Store {
  const db = openDatabase(path, durability);
  const { rows, logs, queues, batch, sweeper } = prepare(db, path);
  const apply = (write: Write): number => {
    switch (write.op) {
      case 'put':
        return rows.put(write.table, write.key, write.value);
      case 'delete':
        return rows.delete(write.table, write.key) ? 1 : 0;
      case 'append':
        return logs.append(write.log, write.value);
      case 'trim':
        return logs.trim(write.log, write.cursor);
      case 'push':
        return queues.push(write.queue, write.value, write);
      case 'done':
        return queues.done(write.queue, write.ticket) ? 1 : 0;
    }
  };
  const applyAll = (writes: readonly Write[]): number[] | undefined => {
    if (!conditionsHold(writes, (table, key) => rows.versionOf(table, key))) return undefined;
    logs.reserve(writes.flatMap((write) => (write.op === 'append' ? [write.log] : [])));
    return writes.map(apply);
  };
  return {
    table(name) {
      checkTableName(name);
      return new SqliteTable(name, rows, batch);
    },
    log(name) {
      checkLogName(name);
      return new SqliteLog(name, logs, batch);
    },
    queue(name) {
      checkLogName(name);
      return new SqliteQueue(name, queues, batch);
    },
    async logs(prefix) {
      return batch.read(() => logs.names(prefix));
    },
    async dropLog(name) {
      checkLogName(name);
      return batch.write(() => logs.drop(name));
    },
    async write(writes) {
      const checked = checkWrites(writes);
      const bytes = checked.reduce((sum, write) => sum + ('value' in write ? write.value.byteLength : 0), 0);
      return batch.write(() => applyAll(checked), bytes);
    },
    async close() {
      if (!db.isOpen) return;
      sweeper.close();
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
function prepare(db: DatabaseSync, path: string) {
  try {
    const logs = new Logs(db, () => sweeper.wake());
    const forget = () => logs.forget();
    const batch = new Batch(db, path, forget);
    const sweeper = new Sweeper(db, batch, forget);
    sweeper.wake();
    return { rows: new Rows(db), logs, queues: new Queues(db), batch, sweeper };
  } catch (error) {
    db.close();
    throw new LocalError('STORE_CORRUPT', `${path} is damaged: ${messageOf(error)}`, {
      help: repairHelp(path),
      metadata: { path },
      cause: error,
    });
  }
}
