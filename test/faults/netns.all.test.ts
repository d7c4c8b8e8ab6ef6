import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Load, ledger } from '../fixtures/load.ts';
import { startMesh, type TestMesh } from '../fixtures/mesh.ts';
import { Namespace } from '../support/netns.ts';

/** A link is back within 5 s after its network is, on a machine that does nothing else; here others run beside it. */
const BACK_MS = 5_000 + 4_000;

const unavailable = Namespace.unavailable();
if (unavailable !== undefined) console.log(`skipped: ${unavailable}`);

describe.skipIf(unavailable !== undefined)('a laptop and the work, with a cable between them', () => {
  let network: Namespace;
  let mesh: TestMesh<'work' | 'laptop'>;
  let folder: string;
  const file = () => join(folder, 'ledger');
  const load = () => new Load({ from: mesh.node('laptop'), to: 'work', callers: 4, ms: 20 });

  beforeAll(async () => {
    network = new Namespace();
    folder = await mkdtemp(join(tmpdir(), 'towline-netns-'));
    const servers = { ledger: ledger(file()) };
    mesh = await startMesh({ work: { servers, share: ['home'], netns: network.name }, laptop: {} });
    await mesh.join('laptop', 'work');
    const tools = async () => JSON.stringify(await mesh.node('laptop').json('tools'));
    await vi.waitFor(async () => expect(await tools()).toContain('record'), { timeout: 30_000, interval: 200 });
  }, 90_000);

  afterAll(async () => {
    network?.[Symbol.dispose]();
    await mesh?.[Symbol.asyncDispose]();
    if (folder) await rm(folder, { recursive: true, force: true });
  }, 60_000);

  async function back(calls: Load): Promise<void> {
    network.heal();
    expect(await calls.next(1)).toBeLessThan(BACK_MS);
    await calls.check(file());
  }

  it('are partitioned for 30 s', async () => {
    const calls = load();
    await calls.next(10);
    network.lose('in');
    network.lose('out');
    await sleep(30_000);
    await back(calls);
  }, 90_000);

  it.each(['in', 'out'] as const)(
    'are partitioned one way (%s) for 12 s',
    async (direction) => {
      const calls = load();
      await calls.next(10);
      network.lose(direction);
      await sleep(12_000);
      await back(calls);
    },
    60_000,
  );

  it('lose their cable for 8 s', async () => {
    const calls = load();
    await calls.next(10);
    network.pull();
    await sleep(8_000);
    await back(calls);
  }, 60_000);

  it('go on when the laptop gets another address', async () => {
    const calls = load();
    await calls.next(10);
    network.move();
    expect(await calls.next(4)).toBeLessThan(5_000 + BACK_MS);
    await calls.check(file());
  }, 60_000);

  it('go on when one packet in twenty is lost', async (context) => {
    if (!network.drop(5)) context.skip('this kernel has no netem');
    const calls = load();
    await calls.next(100, 30_000);
    await calls.check(file());
  }, 60_000);
});
