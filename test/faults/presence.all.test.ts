import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@connectrpc/connect';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AgentState } from '../../gen/towline/v1/presence_pb.ts';
import { PresenceService } from '../../gen/towline/v1/presence_service_pb.ts';
import { nodeClient } from '../../src/cli/client.ts';
import { FaultyMesh } from '../fixtures/faulty-mesh.ts';

/** Others run beside the test on its machine. */
const SLACK_MS = 2_000;

let faulty: FaultyMesh;
let laptop: Client<typeof PresenceService>;
/** Every state in which the owner of the work was seen, as it changed. */
const seen: AgentState[] = [];
const stop = new AbortController();

beforeAll(async () => {
  faulty = await FaultyMesh.start();
  laptop = await nodeClient(faulty.mesh.node('laptop').home, PresenceService);
  void record();
  void attend();
  await becomes(AgentState.ONLINE, 20_000);
}, 60_000);
afterAll(async () => {
  stop.abort();
  await faulty?.[Symbol.asyncDispose]();
});

/** The person at the work is there whenever its node is. */
async function attend(): Promise<void> {
  while (!stop.signal.aborted) {
    try {
      const work = await nodeClient(faulty.mesh.node('work').home, PresenceService);
      for await (const _ of work.attend({ door: 'cli' }, { signal: stop.signal }));
    } catch {
      await sleep(100);
    }
  }
}

async function record(): Promise<void> {
  try {
    for await (const { event } of laptop.watchPresence({}, { signal: stop.signal })) {
      if (event.case !== 'agent' || event.value.alias !== 'work' || event.value.ref?.agent !== 'owner') continue;
      if (event.value.state !== seen.at(-1)) seen.push(event.value.state);
    }
  } catch {
    // the test is over
  }
}

async function becomes(state: AgentState, timeout: number): Promise<number> {
  const startMs = performance.now();
  await vi.waitFor(() => expect(seen.at(-1)).toBe(state), { timeout, interval: 50 });
  return performance.now() - startMs;
}

describe('an agent of a peer', () => {
  it('does not flap when its link is cut ten times', async () => {
    const before = seen.length;
    for (let round = 0; round < 10; round++) {
      faulty.proxy.reset();
      await sleep(700);
    }
    await sleep(6_000);
    expect(seen.length).toBe(before);
  }, 60_000);

  it('is offline within 35 s of a cut that nobody is told of, and there again when the line is', async () => {
    faulty.proxy.set({ isDown: true });
    faulty.proxy.forget();
    expect(await becomes(AgentState.OFFLINE, 60_000)).toBeLessThan(35_000 + SLACK_MS);
    faulty.proxy.set({});
    await becomes(AgentState.ONLINE, 30_000);
  }, 120_000);

  it('is offline soon after its node was killed, and at once when it ended in order', async () => {
    const work = faulty.mesh.node('work');
    await work.stop('SIGKILL');
    expect(await becomes(AgentState.OFFLINE, 30_000)).toBeLessThan(5_000 + SLACK_MS);
    await work.start();
    await becomes(AgentState.ONLINE, 30_000);
    await work.stop('SIGTERM');
    expect(await becomes(AgentState.OFFLINE, 30_000)).toBeLessThan(SLACK_MS);
  }, 120_000);
});
