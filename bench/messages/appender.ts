/** A process that writes rows to a disk, with the store or without it. */
import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { serveQuestions } from '../lib/worker.ts';

interface Load {
  /** A file that is not there yet; it is gone afterwards. */
  readonly path: string;
  readonly count: number;
  /** Appends under way at a time; bare, rows in a transaction. */
  readonly inFlight: number;
  readonly valueBytes: number;
}

/** Appends per second to one log of the store. */
async function store({ path, count, inFlight, valueBytes }: Load): Promise<number> {
  const store = openSqliteStore(path);
  const log = store.log('bench');
  const value = new Uint8Array(valueBytes).fill(65);
  let sent = 0;
  const sender = async () => {
    while (sent++ < count) await log.append(value);
  };
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: inFlight }, sender));
  const perSecond = count / ((performance.now() - startedMs) / 1_000);
  await store.close();
  remove(path);
  return perSecond;
}

/** Rows per second, with nothing but the database, as durable. */
function bare({ path, count, inFlight, valueBytes }: Load): number {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  db.exec('CREATE TABLE messages (id INTEGER PRIMARY KEY, value BLOB NOT NULL) STRICT');
  const [begin, commit] = [db.prepare('BEGIN IMMEDIATE'), db.prepare('COMMIT')];
  const insert = db.prepare('INSERT INTO messages (value) VALUES (?)');
  const value = new Uint8Array(valueBytes).fill(65);
  const startedMs = performance.now();
  for (let sent = 0; sent < count; sent += inFlight) {
    begin.run();
    for (let n = 0; n < inFlight; n++) insert.run(value);
    commit.run();
  }
  const perSecond = count / ((performance.now() - startedMs) / 1_000);
  db.close();
  remove(path);
  return perSecond;
}

function remove(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
}

serveQuestions({ store, bare });
