/** The logs of the file. All of it runs inside of the jobs of a batch. */
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { logEnded, MAX_CURSOR, MAX_LOGS, tooManyLogs } from '../limits.ts';
import type { LogEntry, LogExtent, ReadOptions } from '../store.ts';
import { BASE, CURSOR } from './schema.ts';

/** Logs whose ends are kept in memory; beyond it all are looked up again, which takes microseconds each. */
const MAX_KNOWN = 10_000;

/** Entries, and bytes of them, that a trim takes off the disk itself; more is left to the sweeper. */
export const SWEEP_ROWS = 1000;
export const SWEEP_BYTES = 4 * 1024 * 1024;

/** The columns of a log's row, but with the last cursor and the bytes up to it brought up to its entries. */
interface Ends {
  readonly id: number;
  first: number;
  last: number;
  bytesBefore: number;
  totalBytes: number;
  swept: number;
  missing: number;
}

export class Logs {
  readonly #statements: Statements;
  readonly #onUnswept: () => void;
  readonly #known = new Map<string, Ends>();

  /** `onUnswept` is told when there is something for the sweeper. */
  constructor(db: DatabaseSync, onUnswept: () => void) {
    this.#statements = new Statements(db);
    this.#onUnswept = onUnswept;
  }

  /** Forgets what it knows of the ends of logs: a transaction was undone, or the sweeper changed them. */
  forget(): void {
    this.#known.clear();
  }

  /** Makes the logs that are missing. Throws, before anything is written, if one of them has no place. */
  reserve(names: readonly string[]): void {
    const missing = new Set(names.filter((name) => !this.#find(name)));
    if (missing.size > 0 && this.#count() + missing.size > MAX_LOGS) throw tooManyLogs();
    for (const name of missing) this.#create(name);
  }

  append(name: string, value: Uint8Array): number {
    const ends = this.#find(name) ?? this.#create(name);
    if (ends.last >= MAX_CURSOR) throw logEnded(name);
    const totalBytes = ends.totalBytes + value.byteLength;
    this.#statements.append.run(ends.id, ends.last + 1, Date.now(), totalBytes, value);
    ends.last += 1;
    ends.totalBytes = totalBytes;
    return ends.last;
  }

  read(name: string, options: Required<ReadOptions>): LogEntry[] {
    const ends = this.#find(name);
    if (!ends) return [];
    const after = Math.max(options.after, ends.first - 1);
    const before = Math.min(options.before, ends.last + 1);
    if (options.limit === 0 || after + 1 >= before) return [];
    const { oldestFirst, newestFirst } = this.#statements;
    const rows = (options.newestFirst ? newestFirst : oldestFirst).iterate(ends.id, after, before, options.limit);
    return page(rows, options.maxBytes);
  }

  extent(name: string): LogExtent {
    const ends = this.#find(name);
    if (!ends) return { first: 1, last: 0, count: 0, bytes: 0 };
    const { first, last, totalBytes, bytesBefore } = ends;
    return { first, last, count: countOf(ends), bytes: totalBytes - bytesBefore };
  }

  /** Gives the number of entries that are gone. They are off the disk at once if they are few. */
  trim(name: string, cursor: number): number {
    const ends = this.#find(name);
    const upTo = Math.min(cursor, ends?.last ?? 0);
    if (!ends || upTo < ends.first) return 0;
    const countBefore = countOf(ends);
    const bytesBefore = upTo === ends.last ? ends.totalBytes : this.#totalAt(ends, upTo);
    const isSwept = ends.swept === ends.first - 1;
    if (isSwept && upTo - ends.first < SWEEP_ROWS && bytesBefore - ends.bytesBefore <= SWEEP_BYTES) {
      this.#statements.deleteEntries.run(ends.id, ends.swept, upTo);
      ends.swept = upTo;
    } else {
      this.#onUnswept();
    }
    ends.first = upTo + 1;
    ends.bytesBefore = bytesBefore;
    if (ends.missing > 0) ends.missing = this.#missing(ends);
    this.#statements.trim.run(ends.id, ends.first, ends.last, bytesBefore, ends.swept, ends.missing);
    return countBefore - countOf(ends);
  }

  /** Gives whether there was one. Its entries are left to the sweeper. */
  drop(name: string): boolean {
    this.#known.delete(name);
    const had = this.#statements.drop.run(name).changes !== 0;
    if (had) this.#onUnswept();
    return had;
  }

  names(prefix: string): string[] {
    const names: string[] = [];
    for (const row of this.#statements.names.iterate(prefix)) {
      const name = String(row['name']);
      if (!name.startsWith(prefix)) break; // they come in order
      names.push(name);
    }
    return names;
  }

  #find(name: string): Ends | undefined {
    const known = this.#known.get(name);
    if (known) return known;
    const row = this.#statements.find.get(name);
    return row && this.#know(name, this.#endsOf(row));
  }

  #endsOf(row: Row): Ends {
    const id = Number(row['id']);
    const newest = this.#statements.newest.get(id);
    const bytesBefore = Number(row['bytes_before']);
    return {
      id,
      first: Number(row['first']),
      last: Math.max(Number(row['last']), Number(newest?.['cursor'] ?? 0)),
      bytesBefore,
      totalBytes: Math.max(bytesBefore, Number(newest?.['total_bytes'] ?? 0)),
      swept: Number(row['swept']),
      missing: Number(row['missing']),
    };
  }

  #create(name: string): Ends {
    const id = Number(this.#statements.freeId.get()?.['id']);
    if (id > MAX_LOGS) throw tooManyLogs();
    this.#statements.create.run(id, name);
    return this.#know(name, { id, first: 1, last: 0, bytesBefore: 0, totalBytes: 0, swept: 0, missing: 0 });
  }

  #know(name: string, ends: Ends): Ends {
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(name, ends);
    return ends;
  }

  #missing({ id, first, last }: Ends): number {
    return last - first + 1 - Number(this.#statements.countFrom.get(id, first)?.['count']);
  }

  #count(): number {
    return Number(this.#statements.count.get()?.['count']);
  }

  /** The bytes of all values up to that cursor. Where a repair left a gap, those up to the entry before it. */
  #totalAt({ id, first, bytesBefore }: Ends, cursor: number): number {
    return Number(this.#statements.totalAt.get(id, first - 1, cursor)?.['total_bytes'] ?? bytesBefore);
  }
}

type Row = Record<string, SQLOutputValue>;

function countOf({ first, last, missing }: Ends): number {
  return last - first + 1 - missing;
}

/** As many entries as fit, but one at least. */
function page(rows: Iterable<Row>, maxBytes: number): LogEntry[] {
  const entries: LogEntry[] = [];
  let bytes = 0;
  for (const row of rows) {
    const value = row['value'] as Uint8Array;
    bytes += value.byteLength;
    if (entries.length > 0 && bytes > maxBytes) break;
    entries.push({ cursor: Number(row['cursor']), timeMs: Number(row['time_ms']), value });
  }
  return entries;
}

/** Compiled once. `?1` is the log's id, where there is one. */
class Statements {
  readonly find: StatementSync;
  readonly newest: StatementSync;
  readonly count: StatementSync;
  readonly countFrom: StatementSync;
  readonly freeId: StatementSync;
  readonly create: StatementSync;
  readonly append: StatementSync;
  readonly totalAt: StatementSync;
  readonly deleteEntries: StatementSync;
  readonly trim: StatementSync;
  readonly drop: StatementSync;
  readonly names: StatementSync;
  readonly oldestFirst: StatementSync;
  readonly newestFirst: StatementSync;

  constructor(db: DatabaseSync) {
    const between = `id > ${BASE} + ?2 AND id < ${BASE} + ?3`;
    const entries = `SELECT ${CURSOR}, time_ms, value FROM log_entries WHERE ${between} ORDER BY id`;
    const newest = `SELECT ${CURSOR}, total_bytes FROM log_entries WHERE id > ${BASE}`;
    this.find = db.prepare('SELECT id, first, last, bytes_before, swept, missing FROM logs WHERE name = ?');
    this.newest = db.prepare(`${newest} AND id <= ${BASE} + ${MAX_CURSOR} ORDER BY id DESC LIMIT 1`);
    this.count = db.prepare('SELECT count(*) AS count FROM logs');
    this.countFrom = db.prepare(
      `SELECT count(*) AS count FROM log_entries WHERE id >= ${BASE} + ?2 AND id <= ${BASE} + ${MAX_CURSOR}`,
    );
    this.freeId = db.prepare(FREE_ID);
    this.create = db.prepare('INSERT INTO logs VALUES (?, ?, 1, 0, 0, 0, 0)');
    this.append = db.prepare(`INSERT INTO log_entries VALUES (${BASE} + ?2, ?3, ?4, ?5)`);
    this.totalAt = db.prepare(`${newest} + ?2 AND id <= ${BASE} + ?3 ORDER BY id DESC LIMIT 1`);
    this.deleteEntries = db.prepare(`DELETE FROM log_entries WHERE id > ${BASE} + ?2 AND id <= ${BASE} + ?3`);
    this.trim = db.prepare(
      'UPDATE logs SET first = ?2, last = ?3, bytes_before = ?4, swept = ?5, missing = ?6 WHERE id = ?1',
    );
    this.drop = db.prepare('UPDATE logs SET name = NULL WHERE name = ?');
    this.names = db.prepare('SELECT name FROM logs WHERE name >= ? ORDER BY name');
    this.oldestFirst = db.prepare(`${entries} LIMIT ?4`);
    this.newestFirst = db.prepare(`${entries} DESC LIMIT ?4`);
  }
}

/** One more than the largest; where that is too large, the first gap. */
const FREE_ID = `
  SELECT CASE WHEN coalesce(max(id), 0) < ${MAX_LOGS} THEN coalesce(max(id), 0) + 1
    ELSE (SELECT id + 1 FROM (SELECT 0 AS id UNION ALL SELECT id FROM logs) AS before
      WHERE NOT EXISTS (SELECT 1 FROM logs WHERE logs.id = before.id + 1) LIMIT 1)
    END AS id FROM logs`;
