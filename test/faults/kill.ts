import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { FaultyMesh } from '../fixtures/faulty-mesh.ts';

/** Calls whose node was killed while they ran end so: nobody knows whether they were done. */
const KILLED = ['OUTCOME_UNKNOWN', 'TOOL_NOT_FOUND', 'UPSTREAM_DOWN', 'NODE_NOT_RUNNING', 'NODE_GONE'];
/** A process starts in a second or two; on a busy machine in several. */
const BACK_MS = 30_000;

/** Kills one end after the other under load, `times` times. No effect comes twice, no answer without an effect. */
export async function killInTurns(times: number): Promise<void> {
  await using faulty = await FaultyMesh.start();
  for (let round = 0; round < times; round++) {
    const node = faulty.mesh.node(round % 2 === 0 ? 'work' : 'laptop');
    const load = faulty.load(8, 30);
    await load.next(5);
    await sleep(Math.random() * 100);
    await node.stop('SIGKILL');
    await node.start();
    expect(await load.next(1, BACK_MS), `back after kill ${round}`).toBeLessThan(BACK_MS);
    await load.check(faulty.ledger, KILLED);
  }
}
