import type { DatabaseSync } from 'node:sqlite';
import { MAX_LOGS } from '../limits.ts';
import { isUnreadable } from './errors.ts';
import type { Salvaged } from './repair.ts';
import { type Gap, ID_LEAP, type SalvagedRow, salvageRows } from './salvage.ts';
import { taken } from './salvage-tables.ts';
import { cursorOf, hasTable, logOf } from './schema.ts';

interface FoundLog {
  /** Nothing if the log was dropped. */
  readonly name: string | undefined;
  readonly first: bigint;
  readonly last: bigint;
  readonly bytesBefore: bigint;
  /** Of the entries that were copied. */
  oldest?: { readonly cursor: bigint; readonly bytesBefore: bigint };
  newest?: bigint;
  count: bigint;
  /** Cursors between them that have no entry. */
  readonly holes: { readonly from: bigint; readonly to: bigint }[];
}

/** Copies the logs with what is kept of their entries. */
export function salvageLogs(damaged: DatabaseSync, target: DatabaseSync): Salvaged {
  if (!hasTable(damaged, 'logs') || !hasTable(damaged, 'log_entries')) return { count: 0, losses: [] };
  const losses: string[] = [];
  const logs = findLogs(damaged, losses);
  const insert = target.prepare('INSERT INTO log_entries (id, time_ms, total_bytes, value) VALUES (?, ?, ?, ?)');
  let count = 0;
  const gaps = salvageRows(damaged, 'log_entries', ['time_ms', 'total_bytes', 'value'], (row) => {
    const log = logs.get(logOf(row.id)) ?? unnamed(logs, logOf(row.id), losses);
    const cursor = cursorOf(row.id);
    if (log.name === undefined || cursor < log.first) return true; // it was to be deleted
    const { id, time_ms, total_bytes, value } = row;
    const isTaken = taken(() => insert.run(id, time_ms ?? null, total_bytes ?? null, value ?? null));
    if (!isTaken) return false;
    const next = (log.newest ?? log.first - 1n) + 1n;
    if (cursor > next) log.holes.push({ from: next, to: cursor - 1n });
    const bytesBefore = (total_bytes as bigint) - BigInt((value as Uint8Array).byteLength);
    log.oldest ??= { cursor, bytesBefore };
    log.newest = cursor;
    log.count++;
    count++;
    return true;
  });
  writeLogs(target, logs, gaps, losses);
  return { count, losses };
}

function findLogs(damaged: DatabaseSync, losses: string[]): Map<bigint, FoundLog> {
  const logs = new Map<bigint, FoundLog>();
  const gaps = salvageRows(damaged, 'logs', ['name', 'first', 'last', 'bytes_before'], ({ id, ...row }) => {
    const name = row['name'] === null ? undefined : String(row['name']);
    const [first, last, bytesBefore] = [row['first'], row['last'], row['bytes_before']] as bigint[];
    logs.set(id, { name, first: first ?? 1n, last: last ?? 0n, bytesBefore: bytesBefore ?? 0n, count: 0n, holes: [] });
    return true;
  });
  if (gaps.length > 0) findNames(damaged, logs, losses);
  return logs;
}

/** The index knows names of logs whose rows are gone. */
function findNames(damaged: DatabaseSync, logs: Map<bigint, FoundLog>, losses: string[]): void {
  try {
    const index = damaged.prepare('SELECT name, rowid AS id FROM logs INDEXED BY sqlite_autoindex_logs_1');
    index.setReadBigInts(true);
    for (const { id, name } of index.iterate() as Iterable<SalvagedRow>) {
      if (logs.has(id) || name === null) continue;
      logs.set(id, { name: String(name), first: 1n, last: 0n, bytesBefore: 0n, count: 0n, holes: [] });
    }
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    losses.push('names of logs');
  }
}

function unnamed(logs: Map<bigint, FoundLog>, id: bigint, losses: string[]): FoundLog {
  const log: FoundLog = { name: `recovered/${id}`, first: 1n, last: 0n, bytesBefore: 0n, count: 0n, holes: [] };
  logs.set(id, log);
  losses.push(`the name of the log that is now ${log.name}`);
  return log;
}

function writeLogs(
  target: DatabaseSync,
  logs: ReadonlyMap<bigint, FoundLog>,
  gaps: readonly Gap[],
  losses: string[],
): void {
  const insert = target.prepare(
    'INSERT INTO logs (id, name, first, last, bytes_before, swept, missing) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  for (const [id, log] of logs) {
    if (log.name === undefined || id < 1n || id > BigInt(MAX_LOGS)) continue;
    const newest = log.newest ?? log.first - 1n;
    const isOpen = gaps.some(({ from, to }) => logOf(from) <= id && logOf(to) > id);
    const known = newest > log.last ? newest : log.last;
    const last = isOpen ? known + ID_LEAP : known;
    const first = log.oldest?.cursor ?? last + 1n;
    const missing = last - first + 1n - log.count;
    insert.run(id, log.name, first, last, log.oldest?.bytesBefore ?? log.bytesBefore, first - 1n, missing);
    losses.push(...lossesOf(log, newest, isOpen).map((lost) => `${log.name}: ${lost}`));
  }
}

/** `isOpen`: nobody can tell how far the log went. */
function lossesOf({ holes, last }: FoundLog, newest: bigint, isOpen: boolean): string[] {
  const within = holes.map(({ from, to }) => `entries ${from} to ${to}`);
  if (isOpen) return [...within, `entries from ${newest + 1n} on, if there were any`];
  return newest < last ? [...within, `entries ${newest + 1n} to ${last}`] : within;
}
