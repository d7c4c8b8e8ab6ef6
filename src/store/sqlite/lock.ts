/** One node per home. The operating system releases the lock when the process ends, however it ends. */
import { DatabaseSync } from 'node:sqlite';
import { LocalError } from '../../base/errors.ts';
import { createPrivateFile } from './database.ts';
import { isBusy, storeError } from './errors.ts';

export interface Lock {
  /** Lets another process have the home. Idempotent. */
  release(): void;
}

/** What is held. A connection that nobody refers to would be collected, and the lock with it. */
const heldLocks = new Set<DatabaseSync>();

/**
 * Takes the lock, or throws `HOME_IN_USE` at once. `path` is `<home>/lock.db`: an empty SQLite file, in which an
 * exclusive transaction stays open. (Node has no `flock`; SQLite's lock is one that the system drops with the process.
 * A lock file with a process id in it would outlive a crash.) The journal must not be WAL: there, readers pass an
 * exclusive transaction. Nothing else may open or copy the file in this process: closing it would drop the lock.
 */
export function acquireHomeLock(path: string): Lock {
  createPrivateFile(path);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { timeout: 0 });
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db?.close();
    throw isBusy(error) ? homeInUse(path, error) : storeError(path, error);
  }
  const held = db;
  heldLocks.add(held);
  return {
    release() {
      if (heldLocks.delete(held)) held.close();
    },
  };
}

function homeInUse(path: string, cause: unknown): LocalError {
  return new LocalError('HOME_IN_USE', 'another node runs with this home', {
    help: 'stop it with "towline down", or choose another home with TOWLINE_HOME',
    metadata: { path },
    cause,
  });
}
