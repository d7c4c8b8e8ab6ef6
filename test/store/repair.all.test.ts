import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { storeProblems } from '../../src/store/sqlite/check.ts';
import { type Repair, repairStore } from '../../src/store/sqlite/repair.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { scratchFolder } from './scratch.ts';

const PAGE_BYTES = 4096;
const COUNT = 600;
const ITEMS = 200;
const key = (n: number) => `k${String(n).padStart(4, '0')}`;

interface Sample {
  readonly path: string;
  /** Writes rubbish over pages. */
  damage(...pages: number[]): void;
  /** The first page of a tree, and those at its ends. */
  root(tree: string): number;
  leaves(tree: string): number[];
}

/** A file with a table and three logs: the second is trimmed, the third is dropped but still on the disk. */
async function sample(): Promise<Sample> {
  const path = join(scratchFolder(), 'store.db');
  const store = openSqliteStore(path);
  const names = ['channel/a', 'channel/b', 'dropped'];
  const writes = Array.from({ length: COUNT }, (_, n) => [
    store.table('things').put(key(n), Buffer.from(`row ${n}`.padEnd(100))),
    ...names.map((name) => store.log(name).append(Buffer.from(`${name} ${n + 1}`.padEnd(200)))),
  ]);
  await Promise.all(writes.flat());
  await Promise.all([store.log('channel/b').trim(10), store.dropLog('dropped')]);
  const items = Array.from({ length: ITEMS }, (_, n) =>
    store.queue('tasks').push(Buffer.from(`item ${n}`.padEnd(100))),
  );
  await Promise.all(items);
  await store.queue('tasks').cancel(ITEMS);
  await store.close();
  const db = new DatabaseSync(path);
  const pages = (tree: string, type: string) =>
    db.prepare('SELECT pageno FROM dbstat WHERE name = ? AND pagetype = ? ORDER BY path').all(tree, type);
  const numbers = (rows: ReturnType<typeof pages>) => rows.map((row) => Number(row['pageno']));
  const trees = ['entries', 'sqlite_autoindex_entries_1', 'logs', 'log_entries', 'queue_items'];
  const leaves = new Map(trees.map((tree) => [tree, numbers(pages(tree, 'leaf'))]));
  const root = (tree: string) =>
    Number(db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(tree)?.['rootpage']);
  const roots = new Map(trees.map((tree) => [tree, root(tree)]));
  db.close();
  return {
    path,
    damage(...damaged) {
      const file = openSync(path, 'r+');
      for (const page of damaged)
        writeSync(file, Buffer.alloc(PAGE_BYTES, 0xa5), 0, PAGE_BYTES, (page - 1) * PAGE_BYTES);
      closeSync(file);
    },
    root: (tree) => roots.get(tree) ?? 0,
    leaves: (tree) => leaves.get(tree) ?? [],
  };
}

/** Repairs, and gives what is in the store afterwards, too. */
async function repaired(path: string) {
  const before = readFileSync(path);
  const repair = repairStore(path) as Repair;
  expect(Buffer.compare(readFileSync(repair.damagedPath), before)).toBe(0);
  expect(storeProblems(path)).toEqual([]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const store = openSqliteStore(path);
  const [a, b] = [store.log('channel/a'), store.log('channel/b')];
  const all = { limit: COUNT, maxBytes: 10_000_000 };
  const found = {
    keys: (await store.table('things').list()).map((row) => row.key),
    logs: await store.logs(''),
    a: (await a.read(all)).map((entry) => [entry.cursor, Buffer.from(entry.value).toString().trim()]),
    extents: [await a.extent(), await b.extent()],
    items: (await store.queue('tasks').take({ leaseMs: 1000, limit: ITEMS })).map(({ id }) => id),
    nextItem: await store.queue('tasks').push(Buffer.from('next')),
    next: [await a.append(Buffer.from('next')), await b.append(Buffer.from('next'))],
  };
  await store.close();
  return { repair, ...found };
}

const between = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => first + n);

describe('a repair of a store', () => {
  it('leaves a sound file alone, and one that is not there', async () => {
    const { path } = await sample();
    const before = readFileSync(path);
    expect(repairStore(path)).toBeUndefined();
    expect(repairStore(`${path}.none`)).toBeUndefined();
    expect(Buffer.compare(readFileSync(path), before)).toBe(0);
    expect(readdirSync(join(path, '..')).filter((name) => /damaged|repaired|none/.test(name))).toEqual([]);
  });

  it('brings back all but the page of a log that is damaged, and says which entries that was', async () => {
    const { path, damage, leaves } = await sample();
    damage(leaves('log_entries')[5] ?? 0);
    expect(storeProblems(path)).not.toEqual([]);
    const { repair, keys, logs, a, extents, next } = await repaired(path);
    const [, from = 0, to = 0] = /^channel\/a: entries (\d+) to (\d+)$/.exec(repair.losses.join())?.map(Number) ?? [];
    expect(to - from).toBeGreaterThan(10);
    expect(a).toEqual([...between(1, from - 1), ...between(to + 1, COUNT)].map((n) => [n, `channel/a ${n}`]));
    expect(extents[0]).toMatchObject({ first: 1, last: COUNT, count: COUNT - (to - from + 1) });
    expect(extents[1]).toEqual({ first: 11, last: COUNT, count: COUNT - 10, bytes: (COUNT - 10) * 200 });
    expect([keys.length, logs, next]).toEqual([COUNT, ['channel/a', 'channel/b'], [COUNT + 1, COUNT + 1]]);
    expect([repair.rowCount, repair.entryCount]).toEqual([COUNT, a.length + COUNT - 10]);
  });

  it('names the rows of a table that are gone', async () => {
    const { path, damage, leaves } = await sample();
    damage(leaves('entries')[2] ?? 0);
    const { repair, keys } = await repaired(path);
    const lost = repair.losses.flatMap((loss) => /^table row things\/(k\d+)$/.exec(loss)?.[1] ?? []);
    expect(lost.length).toBeGreaterThan(10);
    expect([...keys, ...lost].sort()).toEqual(between(0, COUNT - 1).map(key));
  });

  it('loses nothing when only an index is damaged, or the rows of logs', async () => {
    const index = await sample();
    index.damage(index.root('sqlite_autoindex_entries_1'));
    expect((await repaired(index.path)).repair).toMatchObject({ rowCount: COUNT, losses: [] });
    const rows = await sample();
    rows.damage(rows.root('logs'));
    const { repair, a, logs } = await repaired(rows.path);
    expect([a.length, logs.slice(0, 2)]).toEqual([COUNT, ['channel/a', 'channel/b']]);
    expect(repair.rowCount).toBe(COUNT);
  });

  it('gives no cursor twice where the end of a log is lost', async () => {
    const { path, damage, root } = await sample();
    damage(root('log_entries'));
    const { repair, extents, next } = await repaired(path);
    expect(repair.losses).toContain('channel/a: entries from 1 on, if there were any');
    expect(extents.map(({ count, bytes }) => [count, bytes])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(Math.min(...next)).toBeGreaterThan(COUNT);
  });

  it('keeps the items of queues, and gives no id twice', async () => {
    const whole = await sample();
    whole.damage(whole.leaves('entries')[2] ?? 0);
    expect(await repaired(whole.path)).toMatchObject({ items: between(1, ITEMS - 1), nextItem: ITEMS + 1 });
    const { path, damage, leaves } = await sample();
    damage(leaves('queue_items').at(-1) ?? 0);
    const { repair, items, nextItem } = await repaired(path);
    expect(repair.losses).toEqual(['items of queues; which, cannot be told']);
    expect(items).toEqual(between(1, repair.itemCount));
    expect(repair.itemCount).toBeGreaterThan(ITEMS / 2);
    expect(nextItem).toBeGreaterThan(ITEMS);
  });

  it('brings back what stands before the place where the file was cut off', async () => {
    const { path } = await sample();
    truncateSync(path, Math.floor(statSync(path).size / 2));
    const { repair } = await repaired(path);
    expect(repair.rowCount + repair.entryCount).toBeGreaterThan(COUNT / 2);
    expect(repair.losses.length).toBeGreaterThan(0);
  });

  it('keeps what the write-ahead log has, and leaves none beside the new file', async () => {
    const { path, damage, leaves } = await sample();
    damage(leaves('log_entries')[5] ?? 0);
    const store = openSqliteStore(path);
    await store.table('things').put('late', Buffer.from('x'));
    const kept = [readFileSync(path), readFileSync(`${path}-wal`)] as const;
    await store.close();
    writeFileSync(path, kept[0]);
    writeFileSync(`${path}-wal`, kept[1]);
    expect((await repaired(path)).keys).toContain('late');
  });

  it('changes nothing of a file whose first page is damaged, and says what to do', async () => {
    const { path, damage } = await sample();
    damage(1);
    const before = readFileSync(path);
    const help = expect.stringContaining('towline restore');
    expect(() => repairStore(path)).toThrow(expect.objectContaining({ reason: 'STORE_BEYOND_REPAIR', help }));
    expect(Buffer.compare(readFileSync(path), before)).toBe(0);
    expect(readdirSync(join(path, '..')).filter((name) => /damaged|repaired/.test(name))).toEqual([]);
  });

  it('changes nothing of a file of a newer program', async () => {
    const { path } = await sample();
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 99');
    db.close();
    expect(() => repairStore(path)).toThrow(expect.objectContaining({ reason: 'STORE_TOO_NEW' }));
  });
});
