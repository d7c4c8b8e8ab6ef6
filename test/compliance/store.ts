// What every store promises. Each implementation runs this suite; `reopen` is given by those that keep what they accept.
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Leased, LeaseQueue, LogEntry, Store } from '../../src/store/store.ts';

export interface StoreUnderTest {
  /** Opens a new, empty store. */
  open(): Promise<Store>;
  /** Opens again what `open` opened last and the test closed. */
  reopen?(): Promise<Store>;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined) => value && new TextDecoder().decode(value);

export function describeStore(name: string, under: StoreUnderTest): void {
  const openStore = async () => {
    const store = await under.open();
    onTestFinished(() => store.close());
    return store;
  };
  const openTable = async () => (await openStore()).table('things');

  describe(`${name}: a table`, () => {
    it('gives nothing for a key that was never written', async () => {
      expect(await (await openTable()).get('a')).toBeUndefined();
    });

    it('counts the versions of a key from 1', async () => {
      const table = await openTable();
      expect([await table.put('a', bytes('x')), await table.put('a', bytes('y'))]).toEqual([1, 2]);
      const row = await table.get('a');
      expect({ ...row, value: text(row?.value) }).toEqual({ key: 'a', value: 'y', version: 2 });
    });

    it('starts again at version 1 after a delete, and tells whether there was a row', async () => {
      const table = await openTable();
      await table.put('a', bytes('x'));
      await table.put('a', bytes('x'));
      expect([await table.delete('a'), await table.delete('a')]).toEqual([true, false]);
      expect(await table.put('a', bytes('x'))).toBe(1);
    });

    it('writes only over the version that the caller saw', async () => {
      const table = await openTable();
      await table.put('a', bytes('x'));
      expect(await table.put('a', bytes('y'), { ifVersion: 2 })).toBeUndefined();
      expect(text((await table.get('a'))?.value)).toBe('x');
      expect(await table.put('a', bytes('z'), { ifVersion: 1 })).toBe(2);
      expect(await table.put('b', bytes('z'), { ifVersion: 1 })).toBeUndefined();
    });

    it('takes version 0 as "only if there is no row"', async () => {
      const table = await openTable();
      expect(await table.put('a', bytes('x'), { ifVersion: 0 })).toBe(1);
      expect(await table.put('a', bytes('y'), { ifVersion: 0 })).toBeUndefined();
    });

    it('lets exactly one of many simultaneous claims win', async () => {
      const table = await openTable();
      const claims = Array.from({ length: 50 }, (_, n) => table.put('seat', bytes(String(n)), { ifVersion: 0 }));
      expect((await Promise.all(claims)).filter((version) => version !== undefined)).toEqual([1]);
      expect(text((await table.get('seat'))?.value)).toBe('0');
    });

    it('applies the writes of one turn in their order, and lets a later read see them', async () => {
      const table = await openTable();
      const writes = [table.put('a', bytes('1')), table.delete('a'), table.put('a', bytes('2'))];
      expect(text((await table.get('a'))?.value)).toBe('2');
      expect(await Promise.all(writes)).toEqual([1, true, 1]);
    });

    it('keeps what was given, whatever the caller does to its bytes', async () => {
      const table = await openTable();
      const value = bytes('x');
      const written = table.put('a', value);
      value.fill(0);
      await written;
      (await table.get('a'))?.value.fill(0);
      (await table.list())[0]?.value.fill(0);
      expect(text((await table.get('a'))?.value)).toBe('x');
    });

    it('keeps empty and large values', async () => {
      const table = await openTable();
      const large = new Uint8Array(3_000_000).fill(7);
      await Promise.all([table.put('empty', new Uint8Array()), table.put('large', large)]);
      expect((await table.get('empty'))?.value).toHaveLength(0);
      expect(Buffer.compare((await table.get('large'))?.value ?? bytes(''), large)).toBe(0);
    });

    it('is apart from tables of other names, and the same for the same name', async () => {
      const store = await openStore();
      await store.table('left').put('a', bytes('x'));
      expect(await store.table('right').get('a')).toBeUndefined();
      expect(await store.table('right').list()).toEqual([]);
      expect(text((await store.table('left').get('a'))?.value)).toBe('x');
    });
  });

  describe(`${name}: a list`, () => {
    const fill = async (...keys: string[]) => {
      const table = await openTable();
      await Promise.all(keys.map((key) => table.put(key, bytes(key))));
      return async (options?: Parameters<typeof table.list>[0]) => (await table.list(options)).map(({ key }) => key);
    };

    it('is in the order of the bytes of UTF-8, not of UTF-16', async () => {
      const keys = await fill('b', '\u{1f600}', 'a', 'B', 'é', '\ufffd', 'ab');
      expect(await keys()).toEqual(['B', 'a', 'ab', 'b', 'é', '\ufffd', '\u{1f600}']);
    });

    it('keeps to a prefix, literally', async () => {
      const keys = await fill('a', 'a%', 'a%b', 'a_', 'ab', 'b', 'A%');
      expect(await keys({ prefix: 'a%' })).toEqual(['a%', 'a%b']);
      expect(await keys({ prefix: 'c' })).toEqual([]);
      expect(await keys({ prefix: '' })).toHaveLength(7);
    });

    it('goes on after a key, there or not', async () => {
      const keys = await fill('a', 'b', 'c', 'd');
      expect(await keys({ after: 'b' })).toEqual(['c', 'd']);
      expect(await keys({ after: 'bb', limit: 1 })).toEqual(['c']);
      expect(await keys({ after: 'd' })).toEqual([]);
      expect(await keys({ prefix: 'c', after: 'a' })).toEqual(['c']);
    });

    it('gives at most the limit, and 1,000 rows if there is none', async () => {
      const keys = await fill(...Array.from({ length: 1001 }, (_, n) => `k${n}`));
      expect(await keys()).toHaveLength(1000);
      expect(await keys({ limit: 2000 })).toHaveLength(1001);
      expect(await keys({ limit: 0 })).toEqual([]);
    });

    it.each([-1, 1.5, Number.NaN])('refuses %s as a limit', async (limit) => {
      await expect((await openTable()).list({ limit })).rejects.toMatchObject({ reason: 'STORE_LIMIT_INVALID' });
    });
  });

  describe(`${name}: a log`, () => {
    const texts = (entries: readonly LogEntry[]) => entries.map(({ value }) => text(value));
    const cursors = (entries: readonly LogEntry[]) => entries.map(({ cursor }) => cursor);
    const openLog = async (...entries: string[]) => {
      const log = (await openStore()).log('channel/dev');
      await Promise.all(entries.map((entry) => log.append(bytes(entry))));
      return log;
    };

    it('counts its cursors from 1, in the order of the calls', async () => {
      const log = await openLog();
      const appended = Array.from({ length: 300 }, (_, n) => log.append(bytes(`m${n}`)));
      expect(await Promise.all(appended)).toEqual(Array.from({ length: 300 }, (_, n) => n + 1));
      expect(texts(await log.read())).toEqual(Array.from({ length: 300 }, (_, n) => `m${n}`));
    });

    it('is empty before its first entry, and is not made by reading or trimming', async () => {
      const store = await openStore();
      const log = store.log('nothing');
      expect(await log.read()).toEqual([]);
      expect(await log.extent()).toEqual({ first: 1, last: 0, count: 0, bytes: 0 });
      expect(await log.trim(7)).toBe(0);
      expect(await store.logs('')).toEqual([]);
    });

    it('tells when an entry was appended', async () => {
      const beforeMs = Date.now();
      const log = await openLog('x');
      const [entry] = await log.read();
      expect(entry?.timeMs).toBeGreaterThanOrEqual(beforeMs);
      expect(entry?.timeMs).toBeLessThanOrEqual(Date.now());
    });

    it('takes a clock that jumps back a day as it is, and keeps its order', async () => {
      const log = await openLog('today');
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 86_400_000 });
      onTestFinished(() => void vi.useRealTimers());
      await log.append(bytes('yesterday'));
      expect(texts(await log.read())).toEqual(['today', 'yesterday']);
      const [first, second] = await log.read();
      expect((first?.timeMs ?? 0) - (second?.timeMs ?? 0)).toBeGreaterThan(80_000_000);
    });

    it('reads after a cursor, before one, from either end, and at most the limit', async () => {
      const log = await openLog('a', 'b', 'c', 'd', 'e');
      expect(cursors(await log.read({ after: 2 }))).toEqual([3, 4, 5]);
      expect(cursors(await log.read({ after: 2, limit: 1 }))).toEqual([3]);
      expect(cursors(await log.read({ before: 3 }))).toEqual([1, 2]);
      expect(cursors(await log.read({ after: 1, before: 5, newestFirst: true, limit: 2 }))).toEqual([4, 3]);
      expect(cursors(await log.read({ newestFirst: true }))).toEqual([5, 4, 3, 2, 1]);
      expect(await log.read({ limit: 0 })).toEqual([]);
      expect(await log.read({ after: 3, before: 4 })).toEqual([]);
    });

    it('gives nothing after a cursor from the future', async () => {
      const log = await openLog('a');
      expect(await log.read({ after: 1 })).toEqual([]);
      expect(await log.read({ after: Number.MAX_SAFE_INTEGER })).toEqual([]);
      expect(cursors(await log.read({ before: Number.MAX_SAFE_INTEGER }))).toEqual([1]);
    });

    it('gives 1,000 entries if the caller names no limit', async () => {
      const log = await openLog(...Array.from({ length: 1001 }, String));
      expect(await log.read()).toHaveLength(1000);
      expect(await log.read({ limit: 2000 })).toHaveLength(1001);
    });

    it('gives a page of about the bytes that are asked for, and one entry however large', async () => {
      const log = await openLog('12345', '12345', '12345', 'x'.repeat(2_000_000), 'y');
      expect(cursors(await log.read({ maxBytes: 10 }))).toEqual([1, 2]);
      expect(cursors(await log.read({ maxBytes: 0 }))).toEqual([1]);
      expect(cursors(await log.read())).toEqual([1, 2, 3]);
      expect(cursors(await log.read({ after: 3 }))).toEqual([4]);
      expect(cursors(await log.read({ newestFirst: true, maxBytes: 1 }))).toEqual([5]);
    });

    it('forgets what is trimmed, and never gives a cursor again', async () => {
      const log = await openLog('a', 'b', 'c', 'd');
      expect(await log.trim(2)).toBe(2);
      expect(await log.trim(1)).toBe(0);
      expect(cursors(await log.read())).toEqual([3, 4]);
      expect(await log.extent()).toEqual({ first: 3, last: 4, count: 2, bytes: 2 });
      expect(await log.trim(1_000_000)).toBe(2);
      expect(await log.read()).toEqual([]);
      expect(await log.extent()).toEqual({ first: 5, last: 4, count: 0, bytes: 0 });
      expect(await log.append(bytes('e'))).toBe(5);
      expect(await log.extent()).toEqual({ first: 5, last: 5, count: 1, bytes: 1 });
    });

    it('is trimmed with each entry, or by thousands', async () => {
      const log = await openLog();
      for (let n = 1; n <= 50; n++) {
        await log.append(bytes('12'));
        await log.trim(Math.max(0, n - 10));
      }
      expect(await log.extent()).toEqual({ first: 41, last: 50, count: 10, bytes: 20 });
      await Promise.all(Array.from({ length: 5000 }, () => log.append(bytes('123'))));
      expect(await log.trim(4_000)).toBe(3_960);
      expect(await log.trim(4_001)).toBe(1);
      expect(cursors(await log.read({ limit: 1 }))).toEqual([4_002]);
      expect(await log.extent()).toEqual({ first: 4_002, last: 5_050, count: 1_049, bytes: 3_147 });
    });

    it('keeps what was given, whatever the caller does to its bytes', async () => {
      const log = await openLog();
      const value = bytes('x');
      const appended = log.append(value);
      value.fill(0);
      await appended;
      (await log.read())[0]?.value.fill(0);
      expect(texts(await log.read())).toEqual(['x']);
    });

    it('keeps empty and large values', async () => {
      const log = await openLog('', 'z'.repeat(3_000_000));
      expect((await log.read({ maxBytes: 10_000_000 })).map(({ value }) => value.length)).toEqual([0, 3_000_000]);
    });

    it('is apart from logs of other names, in name and in what is done to it', async () => {
      const store = await openStore();
      const names = ['channel/a', 'channel/ab', 'channel/é', 'mail', 'CHANNEL'];
      await Promise.all(names.map((log) => store.log(log).append(bytes(log))));
      await store.log('channel/a').append(bytes('more'));
      await store.log('channel/ab').trim(1);
      expect(texts(await store.log('channel/a').read())).toEqual(['channel/a', 'more']);
      expect(texts(await store.log('channel/é').read())).toEqual(['channel/é']);
      expect(await store.logs('channel/')).toEqual(['channel/a', 'channel/ab', 'channel/é']);
      expect(await store.logs('')).toEqual(['CHANNEL', 'channel/a', 'channel/ab', 'channel/é', 'mail']);
      expect(await store.logs('x')).toEqual([]);
    });

    it('begins anew when it was dropped', async () => {
      const store = await openStore();
      const log = store.log('a');
      await Promise.all([log.append(bytes('x')), log.append(bytes('y')), store.log('b').append(bytes('b'))]);
      expect(await store.dropLog('a')).toBe(true);
      expect(await store.dropLog('a')).toBe(false);
      expect(await log.read()).toEqual([]);
      expect(await store.logs('')).toEqual(['b']);
      expect(await log.append(bytes('z'))).toBe(1);
      expect(texts(await log.read())).toEqual(['z']);
      expect(await log.extent()).toEqual({ first: 1, last: 1, count: 1, bytes: 1 });
      expect(texts(await store.log('b').read())).toEqual(['b']);
    });

    it('lets a later read see the writes of the same turn', async () => {
      const log = await openLog();
      const writes = [log.append(bytes('a')), log.append(bytes('b')), log.trim(1), log.append(bytes('c'))];
      expect(texts(await log.read())).toEqual(['b', 'c']);
      expect(await Promise.all(writes)).toEqual([1, 2, 1, 3]);
    });

    it.runIf(under.reopen)('goes on where it was when the store is opened again', async () => {
      const store = await openStore();
      const log = store.log('a');
      await Promise.all(Array.from({ length: 3000 }, (_, n) => log.append(bytes(String(n)))));
      await store.log('empty').append(bytes('x'));
      await store.log('empty').trim(1);
      await log.trim(2_500);
      await store.close();
      const again = await under.reopen?.();
      onTestFinished(() => again?.close());
      expect(await again?.log('a').extent()).toEqual({ first: 2_501, last: 3_000, count: 500, bytes: 2_000 });
      expect(texts((await again?.log('a').read({ limit: 1 })) ?? [])).toEqual(['2500']);
      expect(await again?.log('a').append(bytes('x'))).toBe(3_001);
      expect(await again?.log('empty').append(bytes('x'))).toBe(2);
    });
  });

  describe(`${name}: writes that happen together`, () => {
    const put = (key: string, ifVersion?: number) =>
      ({ op: 'put', table: 'things', key, value: bytes(key), ifVersion }) as const;
    const append = (entry: string) => ({ op: 'append', log: 'words', value: bytes(entry) }) as const;

    it('tell what each of them would tell alone', async () => {
      const store = await openStore();
      const first = [put('a'), put('a'), put('b', 0), append('x'), append('y')];
      expect(await store.write(first)).toEqual([1, 2, 1, 1, 2]);
      const second = [
        { op: 'delete', table: 'things', key: 'a' },
        { op: 'delete', table: 'things', key: 'a' },
        { op: 'trim', log: 'words', cursor: 1 },
        { op: 'trim', log: 'nowhere', cursor: 1 },
        append('z'),
      ] as const;
      expect(await store.write(second)).toEqual([1, 0, 1, 0, 3]);
      expect((await store.log('words').read()).map(({ value }) => text(value))).toEqual(['y', 'z']);
      expect((await store.table('things').list()).map(({ key }) => key)).toEqual(['b']);
      expect(await store.write([])).toEqual([]);
    });

    it('do not happen when a version is another than was thought', async () => {
      const store = await openStore();
      await store.table('things').put('a', bytes('a'));
      expect(await store.write([append('x'), put('b'), put('a', 7)])).toBeUndefined();
      expect(await store.write([put('a', 0), append('x')])).toBeUndefined();
      expect(await store.logs('')).toEqual([]);
      expect((await store.table('things').list()).map(({ key, version }) => [key, version])).toEqual([['a', 1]]);
      expect(await store.write([append('x'), put('a', 1), put('c', 0)])).toEqual([1, 2, 1]);
    });

    it('see the versions that those before them make', async () => {
      const store = await openStore();
      const remove = { op: 'delete', table: 'things', key: 'a' } as const;
      expect(await store.write([put('a', 0), put('a', 1), remove, put('a', 0)])).toEqual([1, 2, 1, 1]);
      expect(await store.write([put('a', 1), put('a', 1)])).toBeUndefined();
      expect((await store.table('things').get('a'))?.version).toBe(1);
    });

    it('let exactly one of many simultaneous groups win', async () => {
      const store = await openStore();
      const groups = Array.from({ length: 20 }, (_, n) => store.write([put('seat', 0), append(String(n))]));
      expect((await Promise.all(groups)).filter((result) => result !== undefined)).toEqual([[1, 1]]);
      expect((await store.log('words').read()).map(({ value }) => text(value))).toEqual(['0']);
    });

    it('are all refused when one is bad', async () => {
      const store = await openStore();
      const bad = { op: 'put', table: 'things', key: '', value: bytes('x') } as const;
      await expect(store.write([append('x'), bad])).rejects.toMatchObject({ reason: 'STORE_KEY_INVALID' });
      const many = Array.from({ length: 4097 }, () => append('x'));
      await expect(store.write(many)).rejects.toMatchObject({ reason: 'STORE_TOO_MANY_WRITES' });
      expect(await store.logs('')).toEqual([]);
    });

    it('keep what was given, whatever the caller does to its bytes', async () => {
      const store = await openStore();
      const write = append('x');
      const written = store.write([write]);
      write.value.fill(0);
      await written;
      expect((await store.log('words').read()).map(({ value }) => text(value))).toEqual(['x']);
    });
  });

  describe(`${name}: a queue`, () => {
    const HOUR_MS = 3_600_000;
    const openQueue = async (...items: string[]) => {
      const queue = (await openStore()).queue('tasks/build');
      for (const item of items) await queue.push(bytes(item));
      return queue;
    };
    const taken = async (queue: LeaseQueue, limit = 10) =>
      (await queue.take({ leaseMs: HOUR_MS, limit })).map(({ value, attempt }) => `${text(value)} ${attempt}`);
    const takeOne = async (queue: LeaseQueue, leaseMs = HOUR_MS) => (await queue.take({ leaseMs }))[0] as Leased;

    it('gives each item to one of those who take', async () => {
      const queue = await openQueue('a', 'b', 'c');
      const workers = await Promise.all(Array.from({ length: 5 }, () => taken(queue, 1)));
      expect(workers).toEqual([['a 1'], ['b 1'], ['c 1'], [], []]);
    });

    it('gives larger priorities first, then older items', async () => {
      const queue = await openQueue('a', 'b');
      await Promise.all([
        queue.push(bytes('later'), { priority: -1 }),
        queue.push(bytes('now'), { priority: 9 }),
        queue.push(bytes('now too'), { priority: 9 }),
      ]);
      expect(await taken(queue)).toEqual(['now 1', 'now too 1', 'a 1', 'b 1', 'later 1']);
    });

    it('gives an item to the next one when its lease has ended, and then the first ticket is worth nothing', async () => {
      const queue = await openQueue('a');
      const first = await takeOne(queue, 0);
      const second = await takeOne(queue);
      expect([first.attempt, second.attempt]).toEqual([1, 2]);
      expect(await queue.done(first)).toBe(false);
      expect(await queue.extend(first, 1)).toBe(false);
      expect(await queue.release(first)).toBe(false);
      expect(await queue.done(second)).toBe(true);
      expect(await queue.done(second)).toBe(false);
      expect(await queue.size()).toEqual({ count: 0 });
    });

    it('lets a late holder finish as long as nobody else has the item', async () => {
      const queue = await openQueue('a');
      expect(await queue.done(await takeOne(queue, 0))).toBe(true);
    });

    it('keeps an item for whoever extends its lease', async () => {
      const queue = await openQueue('a');
      const held = await takeOne(queue, 0);
      expect(await queue.extend(held, HOUR_MS)).toBe(true);
      expect(await taken(queue)).toEqual([]);
      expect(await queue.extend(held, 0)).toBe(true);
      expect(await taken(queue)).toEqual(['a 2']);
    });

    it('gives an item that was given back, at once or after a delay', async () => {
      const queue = await openQueue('a');
      const held = await takeOne(queue);
      expect(await queue.release(held)).toBe(true);
      const again = await takeOne(queue);
      expect(await queue.release(again, 100)).toBe(true);
      expect(await queue.done(again)).toBe(false);
      expect(await taken(queue)).toEqual([]);
      const { dueInMs = 0 } = await queue.size();
      expect(dueInMs).toBeLessThanOrEqual(100);
      await vi.waitFor(async () => expect(await taken(queue)).toEqual(['a 3']));
    });

    it('holds an item back until its delay is over', async () => {
      const queue = await openQueue();
      await queue.push(bytes('later'), { delayMs: HOUR_MS });
      await queue.push(bytes('soon'), { delayMs: 20 });
      expect(await queue.size()).toMatchObject({ count: 2 });
      await vi.waitFor(async () => expect(await taken(queue)).toEqual(['soon 1']));
      const { dueInMs = 0 } = await queue.size();
      expect(dueInMs).toBeGreaterThan(HOUR_MS / 2);
    });

    it('is not moved by a clock that is set', async () => {
      const queue = await openQueue('a');
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 24 * HOUR_MS });
      onTestFinished(() => void vi.useRealTimers());
      const held = await takeOne(queue);
      vi.setSystemTime(Date.now() + 48 * HOUR_MS);
      expect(await taken(queue)).toEqual([]);
      expect(await queue.release(held)).toBe(true);
      vi.setSystemTime(Date.now() - 96 * HOUR_MS);
      expect(await taken(queue)).toEqual(['a 2']);
    });

    it('forgets an item that is cancelled, whoever has it, and gives its id to no other', async () => {
      const queue = await openQueue('a');
      const held = await takeOne(queue);
      expect(await queue.cancel(held.id)).toBe(true);
      expect(await queue.cancel(held.id)).toBe(false);
      expect(await queue.push(bytes('b'))).not.toBe(held.id);
      await taken(queue);
      expect(await queue.done(held)).toBe(false);
    });

    it('is apart from queues of other names', async () => {
      const store = await openStore();
      const id = await store.queue('left').push(bytes('a'));
      expect(await taken(store.queue('right'))).toEqual([]);
      expect(await store.queue('right').cancel(id)).toBe(false);
      const held = await takeOne(store.queue('left'));
      expect(await store.queue('right').done(held)).toBe(false);
      expect(await store.queue('right').size()).toEqual({ count: 0 });
      expect(await store.queue('left').size()).toMatchObject({ count: 1 });
    });

    it('is written together with rows and entries', async () => {
      const store = await openStore();
      const push = { op: 'push', queue: 'q', value: bytes('a'), priority: 1 } as const;
      const put = { op: 'put', table: 'things', key: 'k', value: bytes('x'), ifVersion: 0 } as const;
      const [id] = (await store.write([push, put])) ?? [];
      expect(await store.write([push, put])).toBeUndefined();
      expect(await store.queue('q').size()).toMatchObject({ count: 1 });
      const held = await takeOne(store.queue('q'));
      expect(held.id).toBe(id);
      const done = { op: 'done', queue: 'q', ticket: held } as const;
      expect(await store.write([done, done])).toEqual([1, 0]);
    });

    it.each([-1, Number.NaN, 32 * 24 * HOUR_MS])('refuses a lease and a delay of %s ms', async (spanMs) => {
      const queue = await openQueue('a');
      const refusal = { reason: 'STORE_SPAN_INVALID' };
      await expect(queue.take({ leaseMs: spanMs })).rejects.toMatchObject(refusal);
      await expect(queue.push(bytes('b'), { delayMs: spanMs })).rejects.toMatchObject(refusal);
      await expect(queue.extend({ id: 1, attempt: 1 }, spanMs)).rejects.toMatchObject(refusal);
      await expect(queue.release({ id: 1, attempt: 1 }, spanMs)).rejects.toMatchObject(refusal);
    });

    it('refuses a priority that is no whole number, and a name that is none', async () => {
      const store = await openStore();
      const push = store.queue('q').push(bytes('b'), { priority: 0.5 });
      await expect(push).rejects.toMatchObject({ reason: 'STORE_PRIORITY_INVALID' });
      expect(() => store.queue('')).toThrow(expect.objectContaining({ reason: 'STORE_LOG_INVALID' }));
    });

    it.runIf(under.reopen)('goes on where it was when the store is opened again', async () => {
      const store = await openStore();
      const queue = store.queue('q');
      for (const item of ['held', 'free']) await queue.push(bytes(item));
      const held = await takeOne(queue);
      await store.close();
      const again = await under.reopen?.();
      onTestFinished(() => again?.close());
      const reopened = again?.queue('q') as LeaseQueue;
      expect(await taken(reopened)).toEqual(['free 1']);
      expect(await reopened.done(held)).toBe(true);
    });
  });

  describe(`${name}: bad input`, () => {
    it.each(['', 'Upper', 'with-dash', 'a1', "x'; DROP TABLE entries; --"])(
      'refuses the table name "%s"',
      async (bad) => {
        const store = await openStore();
        expect(() => store.table(bad)).toThrow(expect.objectContaining({ reason: 'STORE_TABLE_INVALID' }));
      },
    );

    it.each([
      ['an empty key', ''],
      ['a key with a zero character', 'a\0b'],
      ['a key with a lone surrogate', '\ud800'],
      ['a key of more than 1,024 bytes', 'é'.repeat(513)],
    ])('refuses %s', async (_, key) => {
      const table = await openTable();
      const refusal = { reason: 'STORE_KEY_INVALID' };
      await expect(table.put(key, bytes('x'))).rejects.toMatchObject(refusal);
      await expect(table.get(key)).rejects.toMatchObject(refusal);
      await expect(table.delete(key)).rejects.toMatchObject(refusal);
    });

    it.each(['', 'a\0b', '\ud800', 'é'.repeat(101)])('refuses the name %j for a log', async (bad) => {
      const store = await openStore();
      const refusal = { reason: 'STORE_LOG_INVALID' };
      expect(() => store.log(bad)).toThrow(expect.objectContaining(refusal));
      await expect(store.dropLog(bad)).rejects.toMatchObject(refusal);
      await expect(store.write([{ op: 'trim', log: bad, cursor: 1 }])).rejects.toMatchObject(refusal);
    });

    it.each([-1, 1.5, Number.NaN])('refuses %s as a cursor', async (cursor) => {
      const log = (await openStore()).log('a');
      const refusal = { reason: 'STORE_CURSOR_INVALID' };
      await expect(log.read({ after: cursor })).rejects.toMatchObject(refusal);
      await expect(log.read({ before: cursor })).rejects.toMatchObject(refusal);
      await expect(log.trim(cursor)).rejects.toMatchObject(refusal);
      await expect(log.read({ limit: cursor })).rejects.toMatchObject({ reason: 'STORE_LIMIT_INVALID' });
    });

    it('refuses a value of more than 64 MiB', async () => {
      const table = await openTable();
      const value = new Uint8Array(64 * 1024 * 1024 + 1);
      await expect(table.put('a', value)).rejects.toMatchObject({ reason: 'STORE_VALUE_TOO_LARGE' });
      const log = (await openStore()).log('a');
      await expect(log.append(value)).rejects.toMatchObject({ reason: 'STORE_VALUE_TOO_LARGE' });
    });
  });

  describe(`${name}: closing`, () => {
    it('finishes the writes under way, refuses later ones, and may be done twice', async () => {
      const store = await openStore();
      const table = store.table('things');
      const queue = store.queue('tasks');
      const written = table.put('a', bytes('x'));
      await store.close();
      await store.close();
      expect(await written).toBe(1);
      const closed = { reason: 'STORE_CLOSED' };
      await expect(table.get('a')).rejects.toMatchObject(closed);
      await expect(table.put('a', bytes('x'))).rejects.toMatchObject(closed);
      await expect(table.delete('a')).rejects.toMatchObject(closed);
      await expect(table.list()).rejects.toMatchObject(closed);
      await expect(store.log('a').append(bytes('x'))).rejects.toMatchObject(closed);
      await expect(store.log('a').read()).rejects.toMatchObject(closed);
      await expect(store.log('a').extent()).rejects.toMatchObject(closed);
      await expect(store.log('a').trim(1)).rejects.toMatchObject(closed);
      await expect(store.logs('')).rejects.toMatchObject(closed);
      await expect(store.dropLog('a')).rejects.toMatchObject(closed);
      await expect(store.write([])).rejects.toMatchObject(closed);
      await expect(queue.push(bytes('x'))).rejects.toMatchObject(closed);
      await expect(queue.take({ leaseMs: 1 })).rejects.toMatchObject(closed);
      await expect(queue.size()).rejects.toMatchObject(closed);
    });

    it.runIf(under.reopen)('loses nothing', async () => {
      const store = await openStore();
      await store.table('things').put('a', bytes('x'));
      await store.table('things').put('a', bytes('y'));
      await store.close();
      const again = await under.reopen?.();
      onTestFinished(() => again?.close());
      const row = await again?.table('things').get('a');
      expect([text(row?.value), row?.version]).toEqual(['y', 2]);
    });
  });
}
