import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { FaultyMesh } from '../fixtures/faulty-mesh.ts';

describe('a node that the others call', () => {
  it('ends in order without failing a call in flight', async () => {
    await using faulty = await FaultyMesh.start();
    const load = faulty.load(4, 2_000);
    await sleep(1_000);
    const before = load.outcomes.length;
    await faulty.mesh.node('work').stop('SIGTERM');
    await load.check(faulty.ledger);
    expect(before).toBe(0);
    expect(load.succeeded).toBe(4);
  }, 60_000);

  it('is found again when it starts anew at another address and dials', async () => {
    await using faulty = await FaultyMesh.start();
    const [work, laptop] = [faulty.mesh.node('work'), faulty.mesh.node('laptop')];
    const { nodeId } = await laptop.json<{ nodeId: string }>('id');
    await work.json('trust', 'add', nodeId, 'laptop', '--address', new URL(laptop.url).host, '--dial');
    faulty.proxy.target = '';
    await work.stop('SIGKILL');
    work.url = ''; // any free port
    await work.start();
    const load = faulty.load(1);
    await load.next(3, 20_000);
    await load.check(faulty.ledger, ['TOOL_NOT_FOUND']);
  }, 60_000);
});
