/** Opens the file: private, checked, migrated, and as durable as SQLite can be. */
import { chmodSync, closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { LocalError, messageOf, systemCodeOf } from '../../base/errors.ts';
import { storeError } from './errors.ts';
import { checkSchema, migrate } from './schema.ts';

/** How long opening waits, and blocks, for another program that writes (an inspecting person). */
const BUSY_TIMEOUT_MS = 5000;

/** What a commit survives: the end of the process, or the loss of power too (which costs an fsync). */
export type Durability = 'process' | 'power';

const pragmas: Readonly<Record<Durability, string>> = {
  // FULL: a commit is on the disk, not only with the operating system, when it returns (sqlite.org/pragma.html).
  // fullfsync: on macOS fsync leaves it with the drive; elsewhere this says nothing.
  power: 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1;',
  // EXCLUSIVE: nobody else may look into the file; a small commit costs half as much without the locks for others.
  process: 'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;',
};

/**
 * Commits go to the end of the write-ahead log. When it has 1,000 pages (4 MB) the commit that made it so copies them
 * into the file, which takes some milliseconds; then the log is written from its start again. Larger would save little
 * (an append touches its page once) and make that pause longer; smaller would pay two waits for the disk more often. A
 * copy of the store that is being made holds this up, and the log grows; afterwards it is cut to 16 MiB.
 */
const CHECKPOINTS = 'PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = 16777216;';

export function openDatabase(path: string, durability: Durability = 'power'): DatabaseSync {
  createPrivateFile(path);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    checkSchema(db, path);
    chmodSync(path, 0o600);
    db.exec(pragmas[durability]);
    migrate(db);
    // From here on nothing may block the event loop: `batch.ts` waits by itself.
    db.exec(`PRAGMA busy_timeout = 0; ${CHECKPOINTS}`);
    return db;
  } catch (error) {
    db?.close();
    throw storeError(path, error);
  }
}

/**
 * Makes the file, empty and mode 0600, unless it exists: SQLite would make it readable by others, and gives its
 * companions (`-wal`, `-shm`) the mode of the file. An existing file is not even opened: closing any handle of a file
 * drops the locks that this process has on it (fcntl), among them those of SQLite.
 */
export function createPrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return;
    throw new LocalError('STORE_NOT_WRITABLE', `cannot create ${path}: ${messageOf(error)}`, {
      help: 'set TOWLINE_HOME to a folder that you may write, or mend the owner and mode of this one',
      metadata: { path },
      cause: error,
    });
  }
}
