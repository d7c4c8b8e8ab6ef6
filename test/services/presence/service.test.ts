import { describe, expect, it } from 'vitest';
import { AgentAudience, AgentKind, AgentState, AgentStatus } from '../../../gen/towline/v1/presence_pb.ts';
import { reasonOf } from '../../../src/rpc/failure.ts';
import { whoOf } from '../../../src/services/presence/who.ts';
import { claude, deskId, isDesk, names, openPresence, owner, ownId, peer, program, rowOf, textOf } from './support.ts';

type Opened = Awaited<ReturnType<typeof openPresence>>;

const list = async ({ as }: Opened, principal: Parameters<Opened['as']>[0], request = {}) =>
  names((await as(principal).listPresence(request)).agents);
const reason = (call: Promise<unknown>) => call.then(() => 'nothing', reasonOf);
const deskSays = async ({ peers }: Opened, ...agents: string[]) => {
  peers.begin(deskId);
  for (const agent of agents) await peers.take(deskId, rowOf(agent), isDesk);
  peers.synced(deskId);
};

/** A node with an agent, a program of the lab, and a peer with two agents. */
async function populated() {
  const opened = await openPresence();
  opened.own.arrive(whoOf(claude), { arrival: { door: 'mcp', software: 'cc', host: 'box', folder: '/src' } });
  opened.own.arrive(whoOf(program('ci', 'lab')));
  await deskSays(opened, 'ada', 'bob');
  return opened;
}

describe('who sees whom', () => {
  it('shows everybody to the agents of the node and to its owner', async () => {
    const opened = await populated();
    const all = ['desk/ada', 'desk/bob', 'self/ci', 'self/claude'];
    expect(await list(opened, claude)).toEqual(all);
    expect(await list(opened, owner)).toEqual(all);
    expect(await list(opened, owner, { alias: 'desk' })).toEqual(['desk/ada', 'desk/bob']);
  });

  it('shows nodes to those who ask for them, also one that has told nothing', async () => {
    const opened = await openPresence();
    expect(await list(opened, owner)).toEqual([]);
    expect(await list(opened, owner, { includeControlPlane: true })).toEqual(['desk/node', 'self/node']);
    const { agents } = await opened.as(owner).listPresence({ includeControlPlane: true });
    expect(agents).toMatchObject([
      { kind: AgentKind.CONTROL_PLANE, state: AgentState.OFFLINE },
      { kind: AgentKind.CONTROL_PLANE, state: AgentState.ONLINE, name: 'Laptop', team: 'core' },
    ]);
  });

  it('shows a peer who shares a group with it, never the agents of other peers', async () => {
    const opened = await populated();
    expect(await list(opened, peer('home'))).toEqual(['/claude']);
    expect(await list(opened, peer('home', 'lab'))).toEqual(['/ci', '/claude']);
    expect(await list(opened, peer('elsewhere'))).toEqual([]);
    const { agents } = await opened.as(peer('home')).listPresence({});
    expect(agents).toMatchObject([{ groups: ['home'], sessions: [{ software: 'cc', host: '', folder: '' }] }]);
    expect(await reason(opened.as(peer('home')).getPresence({ ref: { nodeId: deskId, agent: 'ada' } }))).toBe(
      'AGENT_UNKNOWN',
    );
  });

  it('shows a program what a peer in its groups sees, and itself', async () => {
    const opened = await populated();
    expect(await list(opened, program('ci', 'lab'))).toEqual(['self/ci', 'self/claude']);
    expect(await list(opened, program('ci'))).toEqual(['self/ci']);
    expect(await list(opened, program('other'))).toEqual([]);
  });

  it('shows an agent that hides to nobody but its own node', async () => {
    const opened = await populated();
    await opened.as(claude).setVisibility({ visibility: { audience: AgentAudience.NODE } });
    expect(await list(opened, peer('home', 'lab'))).toEqual(['/ci']);
    expect(await list(opened, owner, { alias: 'self' })).toEqual(['self/ci', 'self/claude']);
    expect(await reason(opened.as(peer('home')).getPresence({ ref: { nodeId: ownId, agent: 'claude' } }))).toBe(
      'AGENT_UNKNOWN',
    );
  });

  it('shows an agent to the groups that it names, and its place where it shares that', async () => {
    const opened = await populated();
    await opened.as(claude).setVisibility({ visibility: { groups: ['lab'], sharesPlace: true } });
    expect(await list(opened, peer('home'))).toEqual([]);
    const { agents } = await opened.as(peer('lab')).listPresence({});
    expect(agents.at(-1)).toMatchObject({ groups: ['lab'], sessions: [{ host: 'box', folder: '/src' }] });
    expect(agents.at(-1)?.visibility).toBeUndefined();
    await opened.as(claude).setVisibility({ visibility: { groups: ['gone'] } });
    expect(await list(opened, peer('home', 'lab'))).toEqual(['/ci']);
  });
});

describe('lists', () => {
  it('page', async () => {
    const opened = await populated();
    const first = await opened.as(owner).listPresence({ pageSize: 3 });
    expect(names(first.agents)).toEqual(['desk/ada', 'desk/bob', 'self/ci']);
    const second = await opened.as(owner).listPresence({ pageSize: 3, pageToken: first.nextPageToken });
    expect(names(second.agents)).toEqual(['self/claude']);
    expect(second.nextPageToken).toBe('');
  });
});

describe('an agent', () => {
  it('says of itself what it likes, and nobody says it for another', async () => {
    const opened = await openPresence();
    await opened.as(claude).setStatus({ status: AgentStatus.WORKING });
    await opened.as(program('ci')).setSummary({ summary: 'nightly' });
    expect((await opened.as(claude).getPresence({})).agent).toMatchObject({
      alias: 'self',
      status: AgentStatus.WORKING,
      summary: '',
    });
    expect(await reason(opened.as(peer('home')).setStatus({ status: AgentStatus.WORKING }))).toBe('NOT_AN_AGENT_HERE');
    expect(await reason(opened.as(owner).getPresence({ ref: { nodeId: ownId, agent: 'nobody' } }))).toBe(
      'AGENT_UNKNOWN',
    );
  });

  it('changes a part of its profile and leaves the rest', async () => {
    const { as } = await openPresence();
    await as(claude).setProfile({ name: 'Claude', profile: { title: 'reviewer', bio: 'careful' } });
    const { agent } = await as(claude).setProfile({ profile: { title: 'writer' } });
    expect(agent).toMatchObject({ name: 'Claude', profile: { title: 'writer', bio: '' } });
    expect((await as(claude).setProfile({ name: '' })).agent).toMatchObject({ name: '', profile: { title: 'writer' } });
  });

  it('is here for as long as it attends, and hears of its own row', async () => {
    const { as, own } = await openPresence();
    const stop = new AbortController();
    const rows = as(claude)
      .attend({ session: 'tab', software: 'x', passing: true }, { signal: stop.signal })
      [Symbol.asyncIterator]();
    expect((await rows.next()).value?.agent).toMatchObject({
      state: AgentState.ONLINE,
      sessions: [{ session: 'tab', door: 'token', software: 'x' }],
    });
    const next = rows.next();
    await as(claude).setStatus({ status: AgentStatus.WORKING });
    expect((await next).value?.agent).toMatchObject({ status: AgentStatus.WORKING });
    const end = rows.next();
    stop.abort();
    await expect(end).rejects.toThrow();
    expect(own.row('claude')).toMatchObject({ state: AgentState.OFFLINE });
  });
});

describe('a watch', () => {
  it('tells what there is, then what changes, and what its reader may not see any more', async () => {
    const opened = await populated();
    const stop = new AbortController();
    const events = opened.as(peer('home')).watchPresence({}, { signal: stop.signal })[Symbol.asyncIterator]();
    const next = async () => {
      const { value } = await events.next();
      return value && textOf(value);
    };
    expect([await next(), await next()]).toEqual(['claude on', 'synced']);
    const leave = opened.own.arrive(whoOf({ ...claude, name: 'new' }));
    expect(await next()).toBe('new on');
    leave();
    expect(await next()).toBe('new off');
    await opened.as(claude).setVisibility({ visibility: { audience: AgentAudience.NODE } });
    expect(await next()).toBe('-claude');
    stop.abort();
  });

  it('tells those of the node of its peers too, once however often they change', async () => {
    const opened = await populated();
    const stop = new AbortController();
    const events = opened.as(owner).watchPresence({ includeControlPlane: true }, { signal: stop.signal });
    const seen: string[] = [];
    for await (const event of events) {
      seen.push(textOf(event));
      if (event.event.case === 'synced') {
        for (const summary of ['a', 'b', 'c']) await opened.peers.take(deskId, rowOf('ada', { summary }), isDesk);
        opened.peers.lost(deskId, true);
      }
      if (seen.length === 10) break;
    }
    stop.abort();
    expect(seen).toEqual(
      expect.arrayContaining(['node on', 'ci on', 'claude on', 'ada on', 'bob on', 'synced', 'ada off', 'bob off']),
    );
    expect(seen.filter((text) => text.startsWith('ada'))).toEqual(['ada on', 'ada off']);
  });
});
