/** What any store refuses, so that a program that works on one works on all. */
import { LocalError } from '../base/errors.ts';
import type { PushOptions, ReadOptions, TakeOptions, Write } from './store.ts';

/** Longest key, in bytes of UTF-8. Keys are ids and names; longer ones would bloat the index. */
export const MAX_KEY_BYTES = 1024;

/** Largest value: that of one message of a call (docs/LIMITS.md). */
export const MAX_VALUE_BYTES = 64 * 1024 * 1024;

/** Rows of a list when the caller names no limit. */
export const DEFAULT_LIST_LIMIT = 1000;

/** Bytes of values in one read of a log when the caller names no bound: a page that is read and sent in a millisecond or two. */
export const DEFAULT_READ_BYTES = 1024 * 1024;

/** Longest name of a log, in bytes of UTF-8: a prefix, an alias and a name with room to spare. */
export const MAX_LOG_NAME_BYTES = 200;

/** Logs that a store has at a time: what 20 bits count (`sqlite/schema.ts`). */
export const MAX_LOGS = 1024 * 1024 - 1;

/** Entries that one log is given in its life, kept or not: what 43 bits count, six years at 40,000 a second. */
export const MAX_CURSOR = 8_796_093_022_207;

/** Items that one call takes of a queue. */
export const MAX_TAKE = 1000;

/** Longest lease, and longest delay, of an item of a queue: what takes longer than a month is no item, but a plan. */
export const MAX_LEASE_MS = 31 * 24 * 60 * 60 * 1000;

/** Writes that happen together: a group is applied in one go, in which nothing else runs. */
export const MAX_WRITES = 4096;

/** Throws `STORE_TABLE_INVALID` unless the name is `[a-z_]+`, at most 64 long. */
export function checkTableName(name: string): void {
  if (/^[a-z_]{1,64}$/.test(name)) return;
  throw new LocalError('STORE_TABLE_INVALID', `"${name}" is no name of a table: use a-z and _, at most 64`);
}

/**
 * Throws `STORE_KEY_INVALID` for a key that is empty, too long, or has what UTF-8 cannot say (a lone surrogate) or
 * databases cut off (a zero character).
 */
export function checkKey(key: string): void {
  if (key.length > 0 && key.isWellFormed() && !key.includes('\0') && Buffer.byteLength(key) <= MAX_KEY_BYTES) return;
  throw new LocalError(
    'STORE_KEY_INVALID',
    `a key is 1 to ${MAX_KEY_BYTES} bytes of well-formed text without zero characters`,
  );
}

/** Throws `STORE_VALUE_TOO_LARGE`. */
export function checkValue(value: Uint8Array): void {
  if (value.byteLength <= MAX_VALUE_BYTES) return;
  throw new LocalError('STORE_VALUE_TOO_LARGE', `a value of ${value.byteLength} bytes; ${MAX_VALUE_BYTES} are allowed`);
}

/** The number of rows that a list may give. Throws `STORE_LIMIT_INVALID` unless it is a whole number from 0 on. */
export function checkListLimit(limit = DEFAULT_LIST_LIMIT): number {
  if (Number.isSafeInteger(limit) && limit >= 0) return limit;
  throw new LocalError('STORE_LIMIT_INVALID', `cannot list ${limit} rows`);
}

/** Throws `STORE_LOG_INVALID` for a name that is empty, too long, or no text that a database can keep. */
export function checkLogName(name: string): void {
  const isText = name.length > 0 && name.isWellFormed() && !name.includes('\0');
  if (isText && Buffer.byteLength(name) <= MAX_LOG_NAME_BYTES) return;
  throw new LocalError(
    'STORE_LOG_INVALID',
    `a log or a queue has a name of 1 to ${MAX_LOG_NAME_BYTES} bytes of well-formed text without zero characters`,
  );
}

/** Throws `STORE_CURSOR_INVALID` unless it is a whole number from 0 on. */
export function checkCursor(cursor: number): number {
  if (Number.isSafeInteger(cursor) && cursor >= 0) return Math.min(cursor, MAX_CURSOR);
  throw new LocalError('STORE_CURSOR_INVALID', `${cursor} is no cursor: they are whole numbers from 0 on`);
}

/** What a read of a log asks for, checked and whole. Throws `STORE_CURSOR_INVALID` or `STORE_LIMIT_INVALID`. */
export function checkRead(options: ReadOptions = {}): Required<ReadOptions> {
  return {
    after: checkCursor(options.after ?? 0),
    before: options.before === undefined ? MAX_CURSOR + 1 : checkCursor(options.before),
    limit: checkListLimit(options.limit),
    maxBytes: checkListLimit(options.maxBytes ?? DEFAULT_READ_BYTES),
    newestFirst: options.newestFirst ?? false,
  };
}

/** Throws what the first bad one of them would throw alone, or `STORE_TOO_MANY_WRITES`. Gives copies that are the store's own. */
export function checkWrites(writes: readonly Write[]): Write[] {
  if (writes.length > MAX_WRITES)
    throw new LocalError('STORE_TOO_MANY_WRITES', `${writes.length} writes at once; ${MAX_WRITES} are allowed`);
  return writes.map(checkWrite);
}

function checkWrite(write: Write): Write {
  if ('table' in write) {
    checkTableName(write.table);
    checkKey(write.key);
  } else {
    checkLogName('log' in write ? write.log : write.queue);
  }
  if (write.op === 'push') checkPush(write);
  if (write.op === 'done') return { ...write, ticket: { ...write.ticket } };
  if ('cursor' in write) return { ...write, cursor: checkCursor(write.cursor) };
  if (!('value' in write)) return { ...write };
  checkValue(write.value);
  return { ...write, value: new Uint8Array(write.value) };
}

/** A priority and a delay, checked and there. Throws `STORE_PRIORITY_INVALID` or `STORE_SPAN_INVALID`. */
export function checkPush({ priority = 0, delayMs = 0 }: PushOptions = {}): { priority: number; delayMs: number } {
  if (!Number.isSafeInteger(priority))
    throw new LocalError('STORE_PRIORITY_INVALID', `${priority} is no priority: they are whole numbers`);
  return { priority, delayMs: checkSpan(delayMs) };
}

/** Throws `STORE_SPAN_INVALID` unless it is a time from 0 to 31 days. Gives whole milliseconds. */
export function checkSpan(spanMs: number): number {
  if (spanMs >= 0 && spanMs <= MAX_LEASE_MS) return Math.ceil(spanMs);
  throw new LocalError('STORE_SPAN_INVALID', `a lease or a delay of ${spanMs} ms; 0 to ${MAX_LEASE_MS} are allowed`);
}

/** Throws `STORE_SPAN_INVALID` or `STORE_LIMIT_INVALID`. */
export function checkTake({ leaseMs, limit = 1 }: TakeOptions): Required<TakeOptions> {
  return { leaseMs: checkSpan(leaseMs), limit: Math.min(checkListLimit(limit), MAX_TAKE) };
}

/** A store has no place for one more log. */
export function tooManyLogs(): LocalError {
  return new LocalError('STORE_TOO_MANY_LOGS', `the store has ${MAX_LOGS} logs, and no place for more`, {
    help: 'delete channels or mailboxes that nobody uses',
  });
}

/** A log has given its last cursor. */
export function logEnded(name: string): LocalError {
  return new LocalError('STORE_LOG_ENDED', `the log ${name} has no cursors left`, {
    help: 'go on in a log of another name',
  });
}

/** What every operation of a closed store fails with. */
export function storeClosed(): LocalError {
  return new LocalError('STORE_CLOSED', 'the store is closed');
}
