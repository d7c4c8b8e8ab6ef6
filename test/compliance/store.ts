// What every store promises. Each implementation runs this suite; `reopen` is given by those that keep what they accept.
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Store } from '../../src/store/store.ts';

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

    it('refuses a value of more than 64 MiB', async () => {
      const table = await openTable();
      const value = new Uint8Array(64 * 1024 * 1024 + 1);
      await expect(table.put('a', value)).rejects.toMatchObject({ reason: 'STORE_VALUE_TOO_LARGE' });
    });
  });

  describe(`${name}: closing`, () => {
    it('finishes the writes under way, refuses later ones, and may be done twice', async () => {
      const store = await openStore();
      const table = store.table('things');
      const written = table.put('a', bytes('x'));
      await store.close();
      await store.close();
      expect(await written).toBe(1);
      const closed = { reason: 'STORE_CLOSED' };
      await expect(table.get('a')).rejects.toMatchObject(closed);
      await expect(table.put('a', bytes('x'))).rejects.toMatchObject(closed);
      await expect(table.delete('a')).rejects.toMatchObject(closed);
      await expect(table.list()).rejects.toMatchObject(closed);
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
