/** An agent says what it does; other machines see it, and see that it has gone. */
import assert from 'node:assert/strict';
import { type Client, ConnectError } from '@connectrpc/connect';
import { AgentState, AgentStatus } from '../../gen/towline/v1/presence_pb.ts';
import { PresenceService } from '../../gen/towline/v1/presence_service_pb.ts';
import { eventually, say, story } from '../lib/story.ts';

await story({ desk: {}, laptop: {} }, async ({ desk, laptop }) => {
  await laptop.join(desk);
  const worker = desk.client(PresenceService, await desk.token('--agent', 'worker'));
  const watcher = laptop.client(PresenceService, await laptop.token('--agent', 'watcher'));
  const seen = async (state: AgentState) => {
    const { agents } = await watcher.listPresence({ alias: 'desk' });
    return agents.find((agent) => agent.ref?.agent === 'worker' && agent.state === state);
  };

  const leave = new AbortController();
  const attendance = attend(worker, leave.signal);
  await worker.setStatus({ status: AgentStatus.WORKING });
  await worker.setSummary({ summary: 'packs the release' });
  const row = await eventually('the laptop sees the worker at work', async () => {
    const found = await seen(AgentState.ONLINE);
    return found?.summary === 'packs the release' ? found : undefined;
  });
  assert.equal(row.status, AgentStatus.WORKING);
  const table = await laptop.towline('agents');
  assert.match(table, /desk\/worker.*working.*packs the release/);
  say('on the laptop, towline agents shows desk/worker: working, packs the release');

  await desk.towline('profile', 'set', '--status', 'do not disturb', '--summary', 'lunch');
  assert.match(await desk.towline('profile'), /lunch/);
  say('the person at the desk says so too: towline profile set --status "do not disturb" --summary lunch');

  await desk.stop();
  leave.abort();
  await attendance;
  const gone = await eventually('the laptop sees that the worker has left', () => seen(AgentState.OFFLINE));
  assert.ok(gone.lastSeenTime);
  say('the desk is shut down; the row of the worker stays, offline, with the time when it was last seen');
});

/** Is there until the signal, or until its node ends. */
async function attend(presence: Client<typeof PresenceService>, signal: AbortSignal): Promise<void> {
  try {
    for await (const _ of presence.attend({ door: 'example' }, { signal }));
  } catch (error) {
    assert.ok(signal.aborted || error instanceof ConnectError);
  }
}
