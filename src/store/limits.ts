/** What any store refuses, so that a program that works on one works on all. */
import { LocalError } from '../base/errors.ts';

/** Longest key, in bytes of UTF-8. Keys are ids and names; longer ones would bloat the index. */
export const MAX_KEY_BYTES = 1024;

/** Largest value: that of one message of a call (docs/LIMITS.md). */
export const MAX_VALUE_BYTES = 64 * 1024 * 1024;

/** Rows of a list when the caller names no limit. */
export const DEFAULT_LIST_LIMIT = 1000;

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

/** What every operation of a closed store fails with. */
export function storeClosed(): LocalError {
  return new LocalError('STORE_CLOSED', 'the store is closed');
}
