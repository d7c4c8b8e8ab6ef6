import { describe, expect, it } from 'vitest';
import { Keeper } from '../../../src/services/channel/retention.ts';
import { Sends } from '../../../src/services/channel/sends.ts';
import { openMemoryStore } from '../../../src/store/memory/store.ts';

const open = (bounds: Partial<{ maxCount: number; maxAgeMs: number; maxBytes: number }>) => {
  const log = openMemoryStore().log('channel/x');
  const all = { maxCount: 1e6, maxAgeMs: 1e9, maxBytes: 1e9, ...bounds };
  return Keeper.open(log, all).then((keeper) => ({
    log,
    keeper,
    add: async (count: number, bytes = 10) => {
      for (let at = 0; at < count; at++) await keeper.added(await log.append(new Uint8Array(bytes)), bytes);
    },
  }));
};

describe('what a channel keeps', () => {
  it('is the newest by number, a hundredth late', async () => {
    const { log, add, keeper } = await open({ maxCount: 1_000 });
    await add(1_010);
    expect((await log.extent()).count).toBe(1_010);
    await add(1);
    expect([await log.extent(), keeper.first]).toMatchObject([{ first: 12, last: 1_011, count: 1_000 }, 12]);
  });

  it('is the newest by bytes, and one at least', async () => {
    const { log, add } = await open({ maxBytes: 1_000 });
    await add(101);
    expect((await log.extent()).bytes).toBeLessThanOrEqual(1_000);
    await add(1, 5_000);
    expect(await log.extent()).toMatchObject({ count: 1, bytes: 5_000 });
  });

  it('is what is young enough', async () => {
    const { log, add, keeper } = await open({ maxAgeMs: 60_000 });
    await add(2_500);
    expect(await keeper.expire(Date.now() + 30_000)).toBe(false);
    expect(await keeper.expire(Date.now() + 120_000)).toBe(true);
    expect(await log.extent()).toMatchObject({ first: 2_501, last: 2_500, count: 0 });
    await add(1);
    expect((await log.extent()).last).toBe(2_501);
  });
});

describe('the ids of sends', () => {
  it('are remembered for ten minutes at least, and not for ever', () => {
    const sends = new Sends(0);
    sends.set('a', 1, 599_999);
    sends.set('b', 2, 600_000);
    expect(sends.get('a')).toBe(1);
    sends.set('c', 3, 1_199_999);
    expect(sends.get('a')).toBe(1);
    sends.set('d', 4, 1_200_000);
    expect([sends.get('a'), sends.get('b')]).toEqual([undefined, 2]);
  });

  it('are bounded', () => {
    const sends = new Sends(0, 10);
    for (let at = 0; at < 35; at++) sends.set(`${at}`, at, 0);
    expect([sends.get('19'), sends.get('20'), sends.get('34')]).toEqual([undefined, 20, 34]);
  });
});
