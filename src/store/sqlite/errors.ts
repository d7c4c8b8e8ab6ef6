/** Turns SQLite's numbers into failures that say what to do. */
import { type ErrorFacts, LocalError, messageOf } from '../../base/errors.ts';

// https://www.sqlite.org/rescode.html
const SQLITE_ERROR = 1;
const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_CONSTRAINT = 19;
const SQLITE_NOTADB = 26;

/** A write that failed for another reason than a full disk: the limit of a quota or of a file's size, or the disk itself. */
const SQLITE_IOERR_WRITE = 778;

/** The primary result code of an error that `node:sqlite` threw, if it is one. */
export function sqliteCodeOf(error: unknown): number | undefined {
  const code = extendedCodeOf(error);
  return code === undefined ? undefined : code & 0xff;
}

function extendedCodeOf(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined;
}

/** Whether another connection holds the lock. */
export function isBusy(error: unknown): boolean {
  return sqliteCodeOf(error) === SQLITE_BUSY;
}

/** Whether something in the file, or of the disk under it, cannot be read. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCodeOf(error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB || code === SQLITE_IOERR;
}

/** The same where the schema in the file may be damaged, too: then a table is not known by its name. */
export function isUnreadable(error: unknown): boolean {
  return isDamage(error) || sqliteCodeOf(error) === SQLITE_ERROR;
}

/** Whether the database refuses values that the schema does not allow. */
export function isConstraint(error: unknown): boolean {
  return sqliteCodeOf(error) === SQLITE_CONSTRAINT;
}

/** How to go on with a damaged file, or without it. */
export function repairHelp(path: string): string {
  return `towline down, then: towline doctor --repair, or towline restore of a backup; to begin anew: mv '${path}' '${path}.damaged'`;
}

/** `STORE_CORRUPT`, `STORE_FULL`, `STORE_BUSY`, `STORE_DISK_FAILED`, `STORE_NOT_WRITABLE` or `STORE_FAILED`; local errors stay as they are. */
export function storeError(path: string, cause: unknown): LocalError {
  if (cause instanceof LocalError) return cause;
  const facts = { metadata: { path }, cause };
  const detail = messageOf(cause);
  if (extendedCodeOf(cause) === SQLITE_IOERR_WRITE) return storeFull(path, facts, detail);
  switch (sqliteCodeOf(cause)) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return new LocalError('STORE_CORRUPT', `${path} is damaged, or no database of Towline: ${detail}`, {
        ...facts,
        help: repairHelp(path),
      });
    case SQLITE_FULL:
      return storeFull(path, facts, detail);
    case SQLITE_BUSY:
      return new LocalError('STORE_BUSY', `another program holds ${path}: ${detail}`, {
        ...facts,
        help: 'end the program that reads or writes this file',
      });
    case SQLITE_IOERR:
      return new LocalError('STORE_DISK_FAILED', `the disk did not do what it should with ${path}: ${detail}`, {
        ...facts,
        help: 'look at the disk and the log of the system; what was accepted is safe if the disk is',
      });
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return new LocalError('STORE_NOT_WRITABLE', `cannot open ${path}: ${detail}`, {
        ...facts,
        help: 'set TOWLINE_HOME to a folder that you may write, or mend the owner and mode of this one',
      });
    default:
      return new LocalError('STORE_FAILED', `${path}: ${detail}`, facts);
  }
}

function storeFull(path: string, facts: ErrorFacts, detail: string): LocalError {
  return new LocalError('STORE_FULL', `no room to write ${path}: ${detail}`, {
    ...facts,
    help: 'make room on the disk, or in the quota; what was accepted is safe, and can be read',
  });
}
