// What a policy does to calls of tools: the real ToolDirectory and the real rules, with suppliers made of functions.
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@connectrpc/connect';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ToolRef } from '../../gen/towline/v1/tool_pb.ts';
import { type CallToolResponse, ToolService } from '../../gen/towline/v1/tool_service_pb.ts';
import { silentLog } from '../../src/base/log.ts';
import { errorInfoOf } from '../../src/rpc/failure.ts';
import { createLocalTransport } from '../../src/rpc/local-transport.ts';
import type { AskedCall, AskOptions, HumanAnswer, PolicyGate } from '../../src/rpc/policy.ts';
import type { Principal } from '../../src/rpc/principal.ts';
import { ServiceRegistry } from '../../src/rpc/registry.ts';
import { ToolDirectory } from '../../src/services/tool/service.ts';
import { openMemoryStore } from '../../src/store/memory/store.ts';
import { fakeSource, result } from '../fixtures/tool-source.ts';
import { agent, owner, peer, policyOf, type RuleInit } from './policy/support.ts';

const open: ToolDirectory[] = [];
afterEach(() => {
  for (const directory of open.splice(0)) directory.close();
});

const bob = peer(1, { alias: 'bob' });
const id = (byte: number) => new Uint8Array(16).fill(byte);

/** A node with the tools files/read, files/write, shell/run, and those of the peer far; `ran` is what was run. */
async function start(rules: RuleInit[], gate: PolicyGate = {}) {
  gate.policy = await policyOf(rules);
  const ran: string[] = [];
  const run = async function* ({ tool, argumentsJson }: { tool?: ToolRef | undefined; argumentsJson: string }) {
    ran.push(`${tool?.name} ${argumentsJson}`);
    yield result('{}');
  };
  const far = fakeSource('db', [], { query: run, drop: run });
  const directory = new ToolDirectory({
    intents: openMemoryStore().table('intents'),
    peerClient: (alias) => (alias === 'far' ? far.source.client : undefined),
    gate,
    waitProgressMs: 20,
    log: silentLog,
  });
  open.push(directory);
  directory.local.add(fakeSource('files', ['home'], { read: run, write: run }).source);
  directory.local.add(fakeSource('shell', ['home'], { run }).source);
  directory.peers.attach('far', far.source.client);
  const registry = new ServiceRegistry().add(ToolService, directory.service);
  const as = (principal: Principal) => createClient(ToolService, createLocalTransport(registry, principal));
  const list = async (principal: Principal) =>
    (await as(principal).listTools({})).tools.map(({ ref }) => `${ref?.node}/${ref?.upstream}/${ref?.name}`);
  await vi.waitFor(async () => expect(directory.everyTool()).toHaveLength(5));
  return { directory, gate, ran, as, list };
}

async function outcome(events: AsyncIterable<CallToolResponse>, seen: string[] = []): Promise<string> {
  try {
    for await (const { event } of events) seen.push(event.case === 'progress' ? event.value.message : `${event.case}`);
    return 'done';
  } catch (error) {
    return errorInfoOf(error)?.reason ?? String(error);
  }
}

const call = (name: string, argumentsJson = '', more: object = {}) => {
  const parts = name.split('/');
  const [toolName = '', upstream = '', node = ''] = parts.reverse();
  return { tool: { node, upstream, name: toolName }, argumentsJson, ...more };
};

describe('calls of tools under a policy', () => {
  it('are refused with the rule that refuses, before anything runs', async () => {
    const { as, ran } = await start([{ name: 'no-etc', effect: 'deny', when: 'args.path.startsWith("/etc")' }]);
    expect(await outcome(as(bob).callTool(call('files/write', '{"path":"/etc/x"}')))).toBe('POLICY_DENIED');
    expect(await outcome(as(bob).callTool(call('files/write', '{"path":"/tmp/x"}')))).toBe('done');
    expect(ran).toEqual(['write {"path":"/tmp/x"}']);
    const failed = await as(bob)
      .callTool(call('files/write', '{"path":"/etc/x"}'))
      [Symbol.asyncIterator]()
      .next()
      .catch((error: unknown) => errorInfoOf(error));
    expect(failed).toMatchObject({ permanent: true, metadata: { rule: 'no-etc', verb: 'tools.call' } });
  });

  it('never reach what sharing keeps closed, whatever a rule allows', async () => {
    const { as } = await start([{ name: 'all', effect: 'allow' }]);
    const eve: Principal = { ...peer(3, { alias: 'eve', groups: ['work'] }), groups: new Set(['work']) };
    expect(await outcome(as(eve).callTool(call('files/read')))).toBe('TOOL_NOT_FOUND');
  });

  it('that can never be made are as if the tool were not there; those that a person decides are', async () => {
    const { as, list } = await start([
      { name: 'no-shell', effect: 'deny', who: ['peer:*'], tools: ['shell/*'] },
      { name: 'writes', effect: 'ask', tools: ['files/write'] },
      { name: 'no-drop', effect: 'deny', tools: ['far/db/drop'] },
    ]);
    expect(await list(bob)).toEqual(['self/files/read', 'self/files/write']);
    expect(await outcome(as(bob).callTool(call('shell/run')))).toBe('TOOL_NOT_FOUND');
    expect(await list(agent('claude'))).toEqual([
      'self/files/read',
      'self/files/write',
      'self/shell/run',
      'far/db/query',
    ]);
    expect(await list(owner)).toHaveLength(5);
  });

  it('of a peer are decided on here too, however the tool is named', async () => {
    const { as, ran } = await start([{ name: 'no-drop', effect: 'deny', tools: ['far/db/drop'] }]);
    for (const name of ['far/db/drop', 'far//drop', 'drop']) {
      expect(await outcome(as(agent('claude')).callTool(call(name)))).toMatch(/TOOL_NOT_FOUND/);
    }
    for (const name of ['far/db/query', 'far//query', 'query']) {
      expect(await outcome(as(agent('claude')).callTool(call(name)))).toBe('done');
    }
    expect(ran).toEqual(['query ', 'query ', 'query ']);
  });

  it('over the limit of a rule are told how long to wait, and a retry counts once', async () => {
    const { as, ran } = await start([{ name: 'one', effect: 'allow', tools: ['shell/run'], limit: '1/1h' }]);
    const first = call('shell/run', '', { requestId: id(1) });
    expect(await outcome(as(bob).callTool(first))).toBe('done');
    expect(await outcome(as(bob).callTool(first))).toBe('done');
    expect(await outcome(as(bob).callTool(call('shell/run', '', { requestId: id(2) })))).toBe('RATE_LIMITED');
    expect(ran).toHaveLength(1);
    const info = await as(bob)
      .callTool(call('shell/run'))
      [Symbol.asyncIterator]()
      .next()
      .catch((error: unknown) => errorInfoOf(error));
    expect((info as { retryDelayMs: number }).retryDelayMs).toBeGreaterThan(3_000_000);
  });

  it('tell whoever watches when another policy shows other tools', async () => {
    const { as, gate, directory } = await start([{ name: 'no-shell', effect: 'deny', tools: ['shell/*'] }]);
    const stop = new AbortController();
    const seen: number[] = [];
    const watching = (async () => {
      for await (const { event } of as(bob).watchTools({}, { signal: stop.signal })) {
        if (event.case === 'toolSet') seen.push(event.value.tools.length);
      }
    })().catch(() => undefined);
    await vi.waitFor(() => expect(seen).toEqual([2]));
    gate.policy = undefined;
    directory.policyChanged();
    await vi.waitFor(() => expect(seen).toEqual([2, 3]));
    stop.abort();
    await watching;
  });
});

describe('a call that a person decides', () => {
  const rules = [{ name: 'writes', effect: 'ask', tools: ['files/write'] }];

  function human() {
    const answer = Promise.withResolvers<HumanAnswer>();
    const calls: { call: AskedCall; options: AskOptions }[] = [];
    const askHuman = (asked: AskedCall, options: AskOptions) => {
      calls.push({ call: asked, options });
      return answer.promise;
    };
    const say = (granted: boolean, reason = '') =>
      answer.resolve({ granted, reason, approvalId: 'a1', decidedBy: 'owner' });
    return { askHuman, calls, say };
  }

  it('is refused where nobody can be asked', async () => {
    const { as, ran } = await start(rules);
    expect(await outcome(as(bob).callTool(call('files/write')))).toBe('APPROVAL_UNAVAILABLE');
    expect(ran).toEqual([]);
  });

  it('waits, says so to its caller now and then, and runs once with the very bytes that were asked about', async () => {
    const { askHuman, calls, say } = human();
    const { as, ran } = await start(rules, { askHuman });
    const text = '{ "path" : "/x\\u0041", "n": 1.00 }';
    const seen: string[] = [];
    const done = outcome(as(bob).callTool(call('files/write', text, { progress: true, requestId: id(7) })), seen);
    await vi.waitFor(() => expect(seen.length).toBeGreaterThan(1));
    expect(ran).toEqual([]);
    expect(seen[0]).toContain('waiting for a person to approve this call (rule writes)');
    calls[0]?.options.onProgress?.('asked desk and phone');
    await vi.waitFor(() => expect(seen.at(-1)).toBe('asked desk and phone'));
    const again = outcome(as(bob).callTool(call('files/write', text, { requestId: id(7) })));
    say(true);
    expect(await Promise.all([done, again])).toEqual(['done', 'done']);
    expect(calls).toHaveLength(1);
    expect(Buffer.from(calls[0]?.call.argumentBytes ?? []).toString()).toBe(text);
    expect(calls[0]?.call).toMatchObject({
      rule: 'writes',
      verb: 'tools.call',
      tool: { node: 'self', upstream: 'files' },
    });
    expect(ran).toEqual([`write ${text}`]);
  });

  it('is refused when the answer is no', async () => {
    const { askHuman, say } = human();
    const { as, ran } = await start(rules, { askHuman });
    say(false, 'not today');
    expect(await outcome(as(bob).callTool(call('files/write')))).toBe('APPROVAL_DENIED');
    expect(ran).toEqual([]);
  });

  it('never runs once its asker is gone, whatever is answered later', async () => {
    const { askHuman, calls, say } = human();
    const { as, ran } = await start(rules, { askHuman });
    const gone = new AbortController();
    const done = outcome(as(bob).callTool(call('files/write', '', { requestId: id(9) }), { signal: gone.signal }));
    await vi.waitFor(() => expect(calls).toHaveLength(1));
    gone.abort();
    expect(calls[0]?.options.signal.aborted).toBe(true);
    say(true);
    await done;
    await sleep(20);
    expect(ran).toEqual([]);
  });
});
