import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultyMesh } from '../fixtures/faulty-mesh.ts';
import type { Load } from '../fixtures/load.ts';

/** A link is back within 5 s after its network is, on a machine that does nothing else; here others run beside it. */
const BACK_MS = 5_000 + 4_000;

let faulty: FaultyMesh;
beforeAll(async () => {
  faulty = await FaultyMesh.start();
}, 60_000);
afterAll(() => faulty?.[Symbol.asyncDispose]());

async function healed(load: Load): Promise<void> {
  faulty.proxy.set({});
  expect(await load.next(1)).toBeLessThan(BACK_MS);
}

describe('calls with a request id run once, and each that ran has its answer', () => {
  it('at a delay of 200 ms and as much jitter', async () => {
    const load = faulty.load(16, 10);
    faulty.proxy.set({ delayMs: 200, jitterMs: 200 });
    await load.next(50);
    await healed(load);
    await load.check(faulty.ledger);
  });

  it('at 1 KB/s', async () => {
    const load = faulty.load(4);
    await load.next(10);
    faulty.proxy.set({ bytesPerSecond: 1_000 });
    await load.next(10);
    await healed(load);
    await load.check(faulty.ledger);
  }, 90_000);

  it('when the network stands still for 15 s', async () => {
    const load = faulty.load(8);
    await load.next(10);
    faulty.proxy.set({ isStalled: true });
    await sleep(15_000);
    await healed(load);
    await load.check(faulty.ledger);
  }, 60_000);

  it('when connections are reset twenty times, in the middle of what they carry', async () => {
    const load = faulty.load(16, 20);
    for (let round = 0; round < 20; round++) {
      await load.next(3);
      faulty.proxy.reset(1 + Math.floor(Math.random() * 3_000));
    }
    await healed(load);
    await load.check(faulty.ledger);
  }, 90_000);

  it('when a result of 2 MB takes 8 s to come, on the link that it began on', async () => {
    const load = faulty.load(1);
    await load.next(1);
    const ended = await faulty.endedLinks();
    faulty.proxy.set({ bytesPerSecond: 250_000 });
    await faulty.mesh.node('laptop').json('call', 'work/ledger/long', '{"bytes":2000000}');
    await load.next(1);
    expect(await faulty.endedLinks()).toBe(ended);
    await healed(load);
    await load.check(faulty.ledger);
  }, 60_000);

  it('when the connection is half-open: it is found within 35 s', async () => {
    const load = faulty.load(4);
    await load.next(10);
    const startMs = performance.now();
    faulty.proxy.forget();
    await load.next(8, 60_000); // the four under way may have been answered before
    expect(performance.now() - startMs).toBeLessThan(35_000);
    await load.check(faulty.ledger);
  }, 90_000);
});

describe('a network that is away for 8 s', () => {
  it('fails the calls that find no link, and no others', async () => {
    const load = faulty.load(8, 50);
    await load.next(10);
    faulty.proxy.set({ isDown: true });
    faulty.proxy.reset();
    await sleep(8_000);
    await healed(load);
    await load.check(faulty.ledger);
  }, 60_000);
});
