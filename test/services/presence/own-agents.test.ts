import { toBinary } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  AgentKind,
  AgentPresenceSchema,
  AgentRole,
  AgentState,
  AgentStatus,
  AgentType,
} from '../../../gen/towline/v1/presence_pb.ts';
import { reasonOf } from '../../../src/rpc/failure.ts';
import { MAX_AGENTS, MAX_SESSIONS, PASSING_MS, SHOWN_SESSIONS } from '../../../src/services/presence/limits.ts';
import { whoOf } from '../../../src/services/presence/who.ts';
import { openMemoryStore } from '../../../src/store/memory/store.ts';
import { claude, openPresence, owner, peer, program, rowOf } from './support.ts';

afterEach(() => {
  vi.useRealTimers();
});

const mcp = { door: 'mcp', software: 'claude-code 2' };
const named = (name: string) => whoOf({ ...claude, name });

function thrown(act: () => unknown): string | undefined {
  try {
    act();
    return 'nothing';
  } catch (error) {
    return reasonOf(error);
  }
}

describe('an agent of this node', () => {
  it('is there while somebody is here for it, and offline afterwards', async () => {
    const { own } = await openPresence();
    const [first, second] = [own.arrive(whoOf(claude), { arrival: mcp }), own.arrive(whoOf(claude), { arrival: mcp })];
    expect(own.row('claude')).toMatchObject({
      state: AgentState.ONLINE,
      kind: AgentKind.SESSION,
      type: AgentType.AI,
      role: AgentRole.ORCHESTRATOR,
      status: AgentStatus.IDLE,
      team: 'core',
      groups: ['home', 'lab'],
      sessions: [{ session: '1', software: 'claude-code 2' }, { session: '2' }],
    });
    expect(own.size).toBe(1);
    first();
    first();
    expect(own.row('claude')).toMatchObject({ state: AgentState.ONLINE, sessions: [{ session: '2' }] });
    second();
    const row = own.row('claude');
    expect(row).toMatchObject({ state: AgentState.OFFLINE, sessions: [] });
    expect(row?.connectTime).toBeUndefined();
    expect(row?.lastSeenTime).toBeDefined();
    expect(own.size).toBe(0);
  });

  it.each([
    ['the owner', owner, AgentKind.SESSION, AgentType.HUMAN, ['home', 'lab']],
    ['a program', program('ci', 'lab'), AgentKind.SERVICE, AgentType.CONNECTOR, ['lab']],
  ])('is of the kind of its door: %s', async (_, principal, kind, type, groups) => {
    const { own } = await openPresence();
    own.arrive(whoOf(principal));
    expect(own.row(principal.name)).toMatchObject({ kind, type, groups });
  });

  it('is never one of another node, which has a node of its own', () =>
    expect(thrown(() => whoOf(peer('home')))).toBe('NOT_AN_AGENT_HERE'));

  it('keeps what it said, and when it was seen, over a restart of the node', async () => {
    const { store, own, as } = await openPresence();
    const leave = own.arrive(whoOf(claude));
    await as(claude).setStatus({ status: AgentStatus.DO_NOT_DISTURB });
    await as(claude).setProfile({ name: 'Claude', role: AgentRole.WORKER, profile: { capabilities: ['review'] } });
    await as(claude).setSummary({ summary: 'the store' });
    leave();
    await own.close();
    const after = await openPresence(store);
    expect(after.own.row('claude')).toMatchObject({
      state: AgentState.OFFLINE,
      status: AgentStatus.DO_NOT_DISTURB,
      name: 'Claude',
      role: AgentRole.WORKER,
      summary: 'the store',
      profile: { capabilities: ['review'] },
    });
    expect(after.own.row('claude')?.lastSeenTime).toBeDefined();
  });

  it('that was here when the node was killed is known afterwards', async () => {
    const { store, own } = await openPresence();
    own.arrive(whoOf(claude));
    await vi.waitFor(async () => expect(await store.table('agents').get('claude')).toBeDefined());
    const after = await openPresence(store);
    expect(after.own.row('claude')).toMatchObject({ state: AgentState.OFFLINE });
  });

  it('takes back what could not be written', async () => {
    const { store, as, own } = await openPresence();
    vi.spyOn(store.table('agents'), 'put').mockRejectedValueOnce(new Error('disk full'));
    await expect(own.set(whoOf(claude), { summary: 'lost' })).rejects.toThrow('disk full');
    expect(own.row('claude')?.summary).toBe('');
    await as(claude).setSummary({ summary: 'kept' });
    expect(own.row('claude')?.summary).toBe('kept');
  });

  it('that only passes is forgotten ten minutes after it left, and never written down', async () => {
    vi.useFakeTimers();
    const { own, store } = await openPresence();
    const leave = own.arrive(named('mcp-17'), { isPassing: true, arrival: mcp });
    await own.set(named('mcp-17'), { summary: 'a moment' });
    leave();
    expect(own.row('mcp-17')).toMatchObject({ state: AgentState.OFFLINE });
    vi.advanceTimersByTime(PASSING_MS / 2);
    const again = own.arrive(named('mcp-17'), { isPassing: true });
    vi.advanceTimersByTime(PASSING_MS);
    expect(own.row('mcp-17')).toMatchObject({ state: AgentState.ONLINE });
    again();
    vi.advanceTimersByTime(PASSING_MS);
    expect(own.row('mcp-17')).toBeUndefined();
    expect(await store.table('agents').list()).toEqual([]);
  });

  it('has its times from a clock that may jump, and its state from none', async () => {
    vi.useFakeTimers({ now: new Date('2030-01-02') });
    const { own } = await openPresence();
    const leave = own.arrive(whoOf(claude));
    vi.setSystemTime(new Date('2030-01-01'));
    leave();
    const row = own.row('claude');
    expect(row).toMatchObject({ state: AgentState.OFFLINE });
    expect(row?.lastSeenTime && timestampDate(row.lastSeenTime)).toEqual(new Date('2030-01-01'));
    own.arrive(whoOf(claude));
    expect(own.row('claude')).toMatchObject({ state: AgentState.ONLINE });
  });
});

describe('what bounds the agents of a node', () => {
  it('makes room for who comes by forgetting who was away for longest', async () => {
    vi.useFakeTimers({ now: 1_000_000 });
    const { own } = await openPresence();
    for (let i = 0; i < MAX_AGENTS; i++) {
      vi.setSystemTime(1_000_000 + i * 1_000);
      own.arrive(named(`a${i}`))();
    }
    const stays = own.arrive(named('a0'));
    own.arrive(named('fresh'));
    expect(own.row('a0')).toBeDefined();
    expect(own.row('a1')).toBeUndefined();
    expect(own.row('a2')).toBeDefined();
    expect(own.rows()).toHaveLength(MAX_AGENTS + 1);
    stays();
  });

  it('refuses one more when all are here, and a session more of one', async () => {
    const { own } = await openPresence();
    for (let i = 1; i < MAX_AGENTS; i++) own.arrive(named(`a${i}`));
    for (let i = 0; i < MAX_SESSIONS; i++) own.arrive(whoOf(claude), { arrival: mcp });
    expect(thrown(() => own.arrive(named('one-more')))).toBe('TOO_MANY_AGENTS');
    expect(thrown(() => own.arrive(whoOf(claude), { arrival: mcp }))).toBe('TOO_MANY_SESSIONS');
    expect(own.row('claude')?.sessions).toHaveLength(SHOWN_SESSIONS);
    expect(own.row('one-more')).toBeUndefined();
  });

  it('starts without a row that cannot be read', async () => {
    const store = openMemoryStore();
    await store.table('agents').put('broken', new Uint8Array([255, 255]));
    await store.table('agents').put('whole', toBinary(AgentPresenceSchema, rowOf('whole', { summary: 'here' })));
    const { own, logged } = await openPresence(store);
    expect(own.row('broken')).toBeUndefined();
    expect(own.row('whole')).toMatchObject({ summary: 'here', state: AgentState.OFFLINE });
    expect(logged).toMatchObject([{ level: 'error', fields: { agent: 'broken' } }]);
  });
});
