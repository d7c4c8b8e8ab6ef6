import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultyMesh } from '../fixtures/faulty-mesh.ts';

let faulty: FaultyMesh;
beforeAll(async () => {
  faulty = await FaultyMesh.start();
}, 60_000);
afterAll(() => faulty?.[Symbol.asyncDispose]());

describe('calls with a request id, over a network that resets its connections', () => {
  it('run once, and each that ran has its answer', async () => {
    const load = faulty.load(8, 20);
    await load.next(20);
    for (let round = 0; round < 4; round++) {
      faulty.proxy.reset(1 + Math.floor(Math.random() * 2_000));
      await sleep(300);
    }
    faulty.proxy.set({ delayMs: 50, jitterMs: 50 });
    faulty.proxy.reset();
    expect(await load.next(10)).toBeLessThan(15_000);
    await load.check(faulty.ledger);
  });
});
