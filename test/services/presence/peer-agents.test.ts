import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AgentStateSchema } from '../../../gen/towline/v1/presence_pb.ts';
import { GRACE_MS, MAX_ROWS_PER_PEER } from '../../../src/services/presence/limits.ts';
import { deskId, isDesk, names, openPresence, owner, ownId, rowOf } from './support.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** A node to which the desk has told of two agents. */
async function linked() {
  const opened = await openPresence();
  const { peers, as } = opened;
  peers.begin(deskId);
  for (const agent of ['ada', 'bob']) await peers.take(deskId, rowOf(agent), isDesk);
  peers.synced(deskId);
  const states = () =>
    Object.fromEntries(
      peers.rows(deskId).map(({ ref, state }) => [ref?.agent, AgentStateSchema.value[state]?.localName]),
    );
  const listed = async () => names((await as(owner).listPresence({ alias: 'desk' })).agents);
  return { ...opened, states, listed };
}

const online = { ada: 'ONLINE', bob: 'ONLINE' };
const offline = { ada: 'OFFLINE', bob: 'OFFLINE' };

describe('the agents of a peer', () => {
  it('go offline at once when it leaves in order, and stay in the list', async () => {
    const { peers, states, listed } = await linked();
    peers.lost(deskId, true);
    expect(states()).toEqual(offline);
    expect(await listed()).toEqual(['desk/ada', 'desk/bob']);
    const [row] = peers.rows(deskId);
    expect(row?.lastSeenTime).toBeDefined();
  });

  it('do not flap when its link is back within the grace', async () => {
    vi.useFakeTimers();
    const { peers, states } = await linked();
    peers.lost(deskId, false);
    vi.advanceTimersByTime(GRACE_MS - 1);
    expect(states()).toEqual(online);
    peers.begin(deskId);
    vi.advanceTimersByTime(10 * GRACE_MS);
    expect(states()).toEqual(online);
  });

  it('go offline after the grace, whatever the clock on the wall does', async () => {
    vi.useFakeTimers();
    const { peers, states } = await linked();
    peers.lost(deskId, false);
    vi.setSystemTime(Date.now() - 86_400_000);
    vi.advanceTimersByTime(GRACE_MS);
    expect(states()).toEqual(offline);
  });

  it('are gone if the next snapshot does not name them, and not before it is whole', async () => {
    const { peers, states } = await linked();
    peers.begin(deskId);
    await peers.take(deskId, rowOf('bob'), isDesk);
    expect(states()).toEqual(online);
    peers.synced(deskId);
    expect(states()).toEqual({ bob: 'ONLINE' });
  });

  it('are gone when it is trusted no longer, itself included', async () => {
    const { directory, trusted, as } = await linked();
    trusted.length = 0;
    directory.refresh([deskId]);
    expect(names((await as(owner).listPresence({ includeControlPlane: true })).agents)).toEqual(['self/node']);
  });

  it('are dropped if they are those of another node', async () => {
    const { peers, states, logged } = await linked();
    for (let i = 0; i < 3; i++) {
      await peers.take(deskId, rowOf('eve', { ref: { nodeId: ownId, agent: 'eve' } }), isDesk);
    }
    expect(states()).toEqual(online);
    expect(logged).toMatchObject([{ level: 'warn', fields: { why: 'it names an agent of another node' } }]);
  });

  it.each([
    ['a profile of 1 MiB', { profile: { bio: 'x'.repeat(1024 * 1024) } }],
    ['33 capabilities', { profile: { capabilities: Array.from({ length: 33 }, String) } }],
    ['a summary above its limit', { summary: 'x'.repeat(1025) }],
    ['a name that can be none', { ref: { nodeId: deskId, agent: 'a/b' } }],
    ['no name at all', { ref: { nodeId: deskId } }],
  ])('are dropped with %s', async (_, rest) => {
    const { peers, states, logged } = await linked();
    await peers.take(deskId, rowOf('eve', rest), isDesk);
    expect(states()).toEqual(online);
    expect(logged).toHaveLength(1);
  });

  it('are kept up to a bound, and the rest is counted and said', async () => {
    const { peers, as, logged } = await linked();
    peers.restart(deskId);
    for (let i = 0; i < 10_000; i++) await peers.take(deskId, rowOf(`a${i}`), isDesk);
    peers.synced(deskId);
    expect(peers.rows(deskId).length).toBeLessThanOrEqual(MAX_ROWS_PER_PEER);
    const { unlistedCount } = await as(owner).listPresence({ pageSize: 1 });
    expect(unlistedCount).toBe(10_000 - (MAX_ROWS_PER_PEER - 2));
    expect(logged).toMatchObject([{ message: 'a peer has more agents than are kept' }]);
  });

  it('were not seen tomorrow, whatever the clock of their node says', async () => {
    const { peers } = await linked();
    const tomorrow = timestampFromMs(Date.now() + 86_400_000);
    await peers.take(deskId, rowOf('ada', { connectTime: tomorrow, lastSeenTime: tomorrow }), isDesk);
    const row = peers.row(deskId, 'ada');
    expect(row?.connectTime && timestampMs(row.connectTime)).toBeLessThanOrEqual(Date.now());
    expect(row?.lastSeenTime && timestampMs(row.lastSeenTime)).toBeLessThanOrEqual(Date.now());
  });
});
