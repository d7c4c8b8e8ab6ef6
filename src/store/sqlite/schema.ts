/** The shape of the file, and how older shapes become the newest. */
import type { DatabaseSync } from 'node:sqlite';
import { LocalError } from '../../base/errors.ts';

/** "TOWL": marks the file as ours in its header, where `file` and we can see it. */
export const APPLICATION_ID = 0x544f574c;

/** Step n brings a file from version n to n + 1. Steps are never changed, only added. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE entries (
     collection TEXT NOT NULL,
     key TEXT NOT NULL,
     value BLOB NOT NULL,
     version INTEGER NOT NULL,
     PRIMARY KEY (collection, key)
   ) STRICT;`,
  // An entry's id is its log's id and its cursor in one number, so that an append touches one tree, at the end of its log.
  // `total_bytes` counts all values of the log up to this one, ever. A log's row changes when it is trimmed, not when it
  // grows: `first` and `bytes_before` tell what is kept, `last` is at least the last cursor given, entries up to `swept`
  // are off the disk, and so many of those that are kept are `missing` since a repair. A name of NULL: dropped, not yet swept.
  `CREATE TABLE logs (
     id INTEGER PRIMARY KEY,
     name TEXT UNIQUE,
     first INTEGER NOT NULL,
     last INTEGER NOT NULL,
     bytes_before INTEGER NOT NULL,
     swept INTEGER NOT NULL,
     missing INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX logs_unswept ON logs (id) WHERE name IS NULL OR swept < first - 1;
   CREATE TABLE log_entries (
     id INTEGER PRIMARY KEY,
     time_ms INTEGER NOT NULL,
     total_bytes INTEGER NOT NULL,
     value BLOB NOT NULL
   ) STRICT;`,
  // An item can be taken from `due_ms` on, which was `span_ms` away when it was set: the end of its delay, or of its lease.
  `CREATE TABLE queue_items (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     queue TEXT NOT NULL,
     priority INTEGER NOT NULL,
     due_ms INTEGER NOT NULL,
     span_ms INTEGER NOT NULL,
     attempt INTEGER NOT NULL,
     held INTEGER NOT NULL,
     value BLOB NOT NULL
   ) STRICT;
   CREATE INDEX queue_order ON queue_items (queue, priority DESC, id, due_ms);
   CREATE INDEX queue_due ON queue_items (queue, due_ms);`,
];

/** Bits of an entry's id that are its cursor; the 20 above them are its log. */
const CURSOR_BITS = 43;

/**
 * Ids of entries are made and taken apart in SQL, for they are larger than numbers can be: `BASE` is the id before the
 * first entry of the log whose id is `?1`, `CURSOR` the column of an entry's cursor.
 */
export const BASE = `(?1 << ${CURSOR_BITS})`;
export const CURSOR = `id & ${2 ** CURSOR_BITS - 1} AS cursor`;

/** The log of an entry's id. */
export function logOf(id: bigint): bigint {
  return id >> BigInt(CURSOR_BITS);
}

/** The cursor of an entry's id. */
export function cursorOf(id: bigint): bigint {
  return id & (2n ** BigInt(CURSOR_BITS) - 1n);
}

/** The version that this program writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Throws `STORE_TOO_NEW` or `STORE_FOREIGN` for a file that this program must not write. Reads only. */
export function checkSchema(db: DatabaseSync, path: string): void {
  const version = readPragma(db, 'user_version');
  const application = readPragma(db, 'application_id');
  const foreign = application !== APPLICATION_ID && (application !== 0 || version !== 0 || hasTables(db));
  if (foreign) {
    throw new LocalError('STORE_FOREIGN', `${path} is a database of another program`, {
      help: 'move the file away, or set TOWLINE_HOME to another folder',
      metadata: { path },
    });
  }
  if (version > SCHEMA_VERSION) {
    throw new LocalError(
      'STORE_TOO_NEW',
      `${path} was written by a newer Towline (version ${version} of the file; this one knows ${SCHEMA_VERSION})`,
      { help: 'run the newer Towline; the file was left as it is', metadata: { path } },
    );
  }
}

/** Brings the file to the newest version, all steps or none. */
export function migrate(db: DatabaseSync): void {
  const version = readPragma(db, 'user_version');
  if (version === SCHEMA_VERSION) return;
  db.exec(
    [
      'BEGIN IMMEDIATE;',
      ...MIGRATIONS.slice(version),
      `PRAGMA application_id = ${APPLICATION_ID};`,
      `PRAGMA user_version = ${SCHEMA_VERSION};`,
      'COMMIT;',
    ].join('\n'),
  );
}

function readPragma(db: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}

export function hasTable(db: DatabaseSync, name: string): boolean {
  return db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !== undefined;
}

function hasTables(db: DatabaseSync): boolean {
  return db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined;
}
