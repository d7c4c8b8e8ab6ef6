/** Reads what can be read of a table in a damaged file. */
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { isUnreadable } from './errors.ts';

/** A row with its id; whole numbers are `bigint`, for ids of entries are larger than numbers can be. */
export type SalvagedRow = Readonly<Record<string, SQLOutputValue>> & { readonly id: bigint };

/** Ids of rows that could not be read, if there were any; `to` is `LAST_ID` when nothing behind them could be read. */
export interface Gap {
  readonly from: bigint;
  readonly to: bigint;
}

/** SQLite's largest rowid. */
export const LAST_ID = 2n ** 63n - 1n;

/**
 * Where the end of something is lost, its next number is this much after the last one that was found, so that no reader
 * is given one for the second time.
 */
export const ID_LEAP = 1_000_000n;

/**
 * Gives every row that can be read to `take`, in the order of their ids, and tells the gaps. Rows stand in pages by
 * their ids, so a damaged page is a gap; behind it, it looks for the next row in steps that double, then exactly. A
 * few good rows between two damaged pages may be passed over so.
 */
export function salvageRows(
  db: DatabaseSync,
  table: string,
  columns: readonly string[],
  take: (row: SalvagedRow) => boolean,
): Gap[] {
  const select = `SELECT rowid AS id, ${columns.join(', ')} FROM ${table} NOT INDEXED`;
  const from = `${select} WHERE rowid >= ? ORDER BY rowid`;
  const gaps: Gap[] = [];
  let at = 0n;
  for (;;) {
    // A statement that failed once would fail again: each look has its own.
    const rows = readable(() => prepare(db, from));
    const failedAt = rows ? readOn(rows, at, take, gaps) : at;
    if (failedAt === undefined) return gaps;
    const next = nextReadable(() => prepare(db, `${from} LIMIT 1`), failedAt);
    gaps.push({ from: failedAt, to: next - 1n });
    if (next > LAST_ID) return gaps;
    at = next;
  }
}

/** Takes rows from `at` on; gives the first id that could not be read, or nothing at the end of the table. */
function readOn(rows: StatementSync, at: bigint, take: (row: SalvagedRow) => boolean, gaps: Gap[]): bigint | undefined {
  let next = at;
  const reading = rows.iterate(at);
  for (;;) {
    const row = readable(() => reading.next());
    if (row === undefined) return next;
    if (row.done) return undefined;
    const { id } = row.value as SalvagedRow;
    if (id < next) return next; // ids that go backwards are damage too
    next = id + 1n;
    if (!take(row.value as SalvagedRow)) gaps.push({ from: id, to: id });
  }
}

/** The first id behind `bad` from which on the table can be read, whether or not a row has it; behind `LAST_ID` if there is none. */
function nextReadable(one: () => StatementSync, bad: bigint): bigint {
  let below = bad;
  let above = bad + 1n;
  for (let step = 1n; !canRead(one, above); step *= 2n) {
    if (above >= LAST_ID) return LAST_ID + 1n;
    below = above;
    above = bad + step > LAST_ID ? LAST_ID : bad + step;
  }
  while (above - below > 1n) {
    const middle = (above + below) / 2n;
    if (canRead(one, middle)) above = middle;
    else below = middle;
  }
  return above;
}

function prepare(db: DatabaseSync, sql: string): StatementSync {
  const statement = db.prepare(sql);
  statement.setReadBigInts(true);
  return statement;
}

function canRead(one: () => StatementSync, from: bigint): boolean {
  return readable(() => ({ row: one().get(from) })) !== undefined;
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}
