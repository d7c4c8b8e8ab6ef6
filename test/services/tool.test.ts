import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, Code, createRouterTransport } from '@connectrpc/connect';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type CallToolResponse, ToolService } from '../../gen/towline/v1/tool_service_pb.ts';
import { silentLog } from '../../src/base/log.ts';
import { createClient } from '../../src/rpc/client.ts';
import { errorInfoOf, failure } from '../../src/rpc/failure.ts';
import { type Principal, principalKey } from '../../src/rpc/principal.ts';
import { ToolDirectory } from '../../src/services/tool/service.ts';
import { openMemoryStore } from '../../src/store/memory/store.ts';
import { parseScope } from '../../src/trust/scope.ts';
import { fakeSource, result, toolClient } from '../fixtures/tool-source.ts';

const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };
const agent: Principal = { kind: 'agent', name: 'claude', groups: new Set() };
const peer = (name: string, ...groups: string[]): Principal => ({ kind: 'peer', name, groups: new Set(groups) });

const open: ToolDirectory[] = [];
afterEach(() => {
  for (const directory of open.splice(0)) directory.close();
});

function startDirectory(peers: Record<string, Client<typeof ToolService>> = {}, store = openMemoryStore()) {
  const directory = new ToolDirectory({
    intents: store.table('intents'),
    peerClient: (alias) => peers[alias],
    log: silentLog,
  });
  open.push(directory);
  const as = (principal: Principal) =>
    createClient(
      ToolService,
      createRouterTransport((router) => router.service(ToolService, directory.service), {
        router: {
          interceptors: [
            (next) => (request) =>
              next({ ...request, contextValues: request.contextValues.set(principalKey, principal) }),
          ],
        },
      }),
    );
  return { directory, as };
}

async function answerOf(events: AsyncIterable<CallToolResponse>): Promise<string> {
  let answer = 'no result';
  for await (const { event } of events) if (event.case === 'result') answer = event.value.resultJson;
  return answer;
}

async function reasonOf(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(
    () => 'no failure',
    (error) => errorInfoOf(error)?.reason,
  );
}

const echo = async function* (request: { argumentsJson: string }) {
  yield result(request.argumentsJson);
};
const id = (byte: number) => new Uint8Array(16).fill(byte);

describe('sharing', () => {
  it('offers a tool to the groups that it is shared with, to agents here, and to nobody else', async () => {
    const { directory, as } = startDirectory();
    directory.local.add(fakeSource('fs', ['home'], { read: echo }).source);
    directory.local.add(fakeSource('secret', [], { burn: echo }).source);
    const names = async (principal: Principal) =>
      (await as(principal).listTools({})).tools.map((tool) => tool.ref?.name);
    await vi.waitFor(async () => expect(await names(agent)).toEqual(['read', 'burn']));
    expect(await names(peer('bob', 'home'))).toEqual(['read']);
    expect(await names(peer('eve', 'work'))).toEqual([]);
    expect(await names({ ...peer('script', 'home'), kind: 'program' })).toEqual(['read']);
  });

  it('answers a call of a tool that is not shared as if there were none', async () => {
    const { directory, as } = startDirectory();
    directory.local.add(fakeSource('secret', ['home'], { burn: echo }).source);
    const call = (principal: Principal, name: string) =>
      reasonOf(answerOf(as(principal).callTool({ tool: { upstream: 'secret', name } })));
    await vi.waitFor(async () => expect(await call(peer('bob', 'home'), 'burn')).toBe('no failure'));
    expect(await call(peer('eve', 'work'), 'burn')).toBe('TOOL_NOT_FOUND');
    expect(await call(peer('eve', 'work'), 'never')).toBe('TOOL_NOT_FOUND');
  });

  it('shows groups and upstreams to the owner alone', async () => {
    const { directory, as } = startDirectory();
    directory.local.add(fakeSource('fs', ['home'], { read: echo }).source);
    await vi.waitFor(async () => expect((await as(owner).listTools({})).tools[0]?.share).toEqual(['home']));
    expect((await as(agent).listTools({})).tools[0]?.share).toEqual([]);
  });

  it('never offers the tools of one peer to another', async () => {
    const { directory, as } = startDirectory();
    const far = fakeSource('far', ['home'], { reach: echo });
    directory.peers.attach('work', far.source.client);
    await vi.waitFor(async () => expect((await as(agent).listTools({})).tools[0]?.ref?.node).toBe('work'));
    expect((await as(peer('bob', 'home')).listTools({})).tools).toEqual([]);
    expect(await reasonOf(answerOf(as(peer('bob', 'home')).callTool({ tool: { node: 'work', name: 'reach' } })))).toBe(
      'TOOL_NOT_FOUND',
    );
  });
});

describe('scopes', () => {
  const scoped = (...texts: string[]): Principal => ({ ...agent, scopes: texts.map(parseScope) });

  async function startThree() {
    const far = fakeSource('fs', ['home'], { read: echo, write: echo });
    const { directory, as } = startDirectory({ far: far.source.client });
    directory.local.add(fakeSource('db', [], { query: echo, drop: echo }).source);
    directory.peers.attach('far', far.source.client);
    const list = async (principal: Principal) =>
      (await as(principal).listTools({})).tools.map(({ ref }) => `${ref?.node}/${ref?.upstream}/${ref?.name}`);
    const call = (principal: Principal, ...[name = '', upstream = '', node = '']: string[]) =>
      reasonOf(answerOf(as(principal).callTool({ tool: { node, upstream, name } })));
    await vi.waitFor(async () => expect(await list(agent)).toHaveLength(4));
    return { as, list, call };
  }

  it('narrow what is listed and what can be called, however the tool is named', async () => {
    const { list, call } = await startThree();
    const who = scoped('tools:call:far/fs/read', 'tools:call:self/db/q*');
    expect(await list(who)).toEqual(['self/db/query', 'far/fs/read']);
    for (const name of [['read'], ['read', 'fs'], ['read', 'fs', 'far'], ['query'], ['query', 'db', 'self']]) {
      expect(await call(who, ...name), name.join()).toBe('no failure');
    }
    for (const name of [['write'], ['write', 'fs'], ['write', 'fs', 'far'], ['drop'], ['drop', 'db', 'self']]) {
      expect(await call(who, ...name), name.join()).toBe('TOOL_NOT_FOUND');
    }
    expect(await call(who, 'read', '', 'far')).toBe('TOOL_NOT_FOUND');
  });

  it('that read let nothing be called', async () => {
    const { list, call } = await startThree();
    expect(await list(scoped('tools:read'))).toHaveLength(4);
    expect(await call(scoped('tools:read'), 'query')).toBe('TOOL_NOT_FOUND');
    expect(await list(scoped('tools:call:far/*'))).toEqual(['far/fs/read', 'far/fs/write']);
    expect(await call(scoped('tools:call:far/*'), 'write', '', 'far')).toBe('no failure');
  });

  it('do not widen what is shared with a program', async () => {
    const { list, call } = await startThree();
    const program: Principal = { ...scoped('tools'), kind: 'program', name: 'ci' };
    expect(await list(program)).toEqual([]);
    expect(await call(program, 'query', 'db')).toBe('TOOL_NOT_FOUND');
    expect(await call(program, 'read', 'fs', 'far')).toBe('TOOL_NOT_FOUND');
  });
});

describe('watching', () => {
  it('sends every node once, says so, and then only what really changed', async () => {
    const { directory, as } = startDirectory();
    const fs = fakeSource('fs', ['home'], { read: echo });
    directory.local.add(fs.source);
    await vi.waitFor(() => expect(directory.local.view(agent).tools).toHaveLength(1));
    const stop = new AbortController();
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { event } of as(peer('bob', 'home')).watchTools({}, { signal: stop.signal })) {
        seen.push(
          event.case === 'toolSet' ? event.value.tools.map((tool) => tool.ref?.name).join() : String(event.case),
        );
      }
    })();
    await vi.waitFor(() => expect(seen).toEqual(['read', 'synced']));
    fs.offer(['read']);
    fs.offer(['read', 'write']);
    await vi.waitFor(() => expect(seen).toEqual(['read', 'synced', 'read,write']));
    stop.abort();
    await expect(watching).rejects.toThrow();
  });
});

describe('calling', () => {
  it('finds a tool by its name alone, and names the candidates when there are several', async () => {
    const { directory, as } = startDirectory();
    directory.local.add(fakeSource('one', [], { echo, only: echo }).source);
    directory.local.add(fakeSource('two', [], { echo }).source);
    const call = (name: string) => answerOf(as(agent).callTool({ tool: { name }, argumentsJson: '{"n":1e400}' }));
    await vi.waitFor(async () => expect(await call('only')).toBe('{"n":1e400}'));
    const error = await call('echo').catch((error: unknown) => error);
    expect(errorInfoOf(error)?.metadata['candidates']).toBe('self/one/echo self/two/echo');
  });

  it.each(['[]', '{"a":1,"a":2}', '{', '"\\ud800"', 'nonsense'])(
    'refuses arguments that are not one plain object: %s',
    async (argumentsJson) => {
      const { directory, as } = startDirectory();
      directory.local.add(fakeSource('one', [], { echo }).source);
      await vi.waitFor(() => expect(directory.local.view(agent).tools).toHaveLength(1));
      expect(await reasonOf(answerOf(as(agent).callTool({ tool: { name: 'echo' }, argumentsJson })))).toBe(
        'ARGUMENTS_NOT_JSON',
      );
    },
  );

  it('says so when no peer has the alias', async () => {
    const { as } = startDirectory();
    expect(await reasonOf(answerOf(as(agent).callTool({ tool: { node: 'nobody', name: 'x' } })))).toBe('PEER_UNKNOWN');
  });
});

describe('at most once', () => {
  function countingDirectory(store = openMemoryStore()) {
    const { directory, as } = startDirectory({}, store);
    let runs = 0;
    const gate = Promise.withResolvers<void>();
    const source = fakeSource('slow', ['home'], {
      async *work() {
        runs++;
        await gate.promise;
        yield result(`{"run":${runs}}`);
      },
    }).source;
    directory.local.add(source);
    return { directory, as, runs: () => runs, release: gate.resolve };
  }
  const work = (client: Client<typeof ToolService>, requestId: Uint8Array) =>
    answerOf(client.callTool({ tool: { upstream: 'slow', name: 'work' }, requestId }));

  it('joins a call that runs, and gives the kept answer afterwards', async () => {
    const { directory, as, runs, release } = countingDirectory();
    await vi.waitFor(() => expect(directory.local.view(agent).tools).toHaveLength(1));
    const asked = [work(as(agent), id(1)), work(as(agent), id(1))];
    await vi.waitFor(() => expect(runs()).toBe(1));
    await sleep(20);
    release();
    expect(await Promise.all(asked)).toEqual(['{"run":1}', '{"run":1}']);
    expect(await work(as(agent), id(1))).toBe('{"run":1}');
    expect(runs()).toBe(1);
  });

  it('keeps the ids of different callers apart', async () => {
    const { directory, as, runs, release } = countingDirectory();
    await vi.waitFor(() => expect(directory.local.view(agent).tools).toHaveLength(1));
    release();
    await work(as(agent), id(1));
    await work(as(peer('bob', 'home')), id(1));
    expect(runs()).toBe(2);
  });

  it('answers "outcome unknown" after a crash, and does not run the tool again', async () => {
    const store = openMemoryStore();
    const before = countingDirectory(store);
    await vi.waitFor(() => expect(before.directory.local.view(agent).tools).toHaveLength(1));
    const lost = work(before.as(agent), id(7)).catch(() => undefined);
    await vi.waitFor(() => expect(before.runs()).toBe(1));
    const after = countingDirectory(store);
    await vi.waitFor(() => expect(after.directory.local.view(agent).tools).toHaveLength(1));
    expect(await reasonOf(work(after.as(agent), id(7)))).toBe('OUTCOME_UNKNOWN');
    after.directory.local.remove('slow');
    expect(await reasonOf(work(after.as(agent), id(7)))).toBe('OUTCOME_UNKNOWN');
    expect(await reasonOf(work(after.as(agent), id(8)))).toBe('TOOL_NOT_FOUND');
    expect(after.runs()).toBe(0);
    before.release();
    await lost;
  });

  it('gives the kept failure, too, to who asks again', async () => {
    const { directory, as } = startDirectory();
    let runs = 0;
    const source = fakeSource('picky', [], {
      // biome-ignore lint/correctness/useYield: it only ever fails
      async *refuse() {
        runs++;
        throw failure(Code.InvalidArgument, 'TOO_PICKY', 'no');
      },
    }).source;
    directory.local.add(source);
    await vi.waitFor(() => expect(directory.local.view(agent).tools).toHaveLength(1));
    const ask = () => reasonOf(answerOf(as(agent).callTool({ tool: { name: 'refuse' }, requestId: id(4) })));
    expect([await ask(), await ask()]).toEqual(['TOO_PICKY', 'TOO_PICKY']);
    expect(runs).toBe(1);
  });

  it('refuses an id that comes again with another request: running, answered, or from before a crash', async () => {
    const store = openMemoryStore();
    const before = countingDirectory(store);
    await vi.waitFor(() => expect(before.directory.local.view(agent).tools).toHaveLength(1));
    const ask = ({ as }: typeof before, argumentsJson: string) =>
      answerOf(as(agent).callTool({ tool: { upstream: 'slow', name: 'work' }, requestId: id(5), argumentsJson }));
    const running = ask(before, '{"n":1}');
    await vi.waitFor(() => expect(before.runs()).toBe(1));
    expect(await reasonOf(ask(before, '{"n":2}'))).toBe('REQUEST_ID_REUSED');
    before.release();
    expect(await running).toBe('{"run":1}');
    expect(await reasonOf(ask(before, '{"n":2}'))).toBe('REQUEST_ID_REUSED');
    const after = countingDirectory(store);
    await vi.waitFor(() => expect(after.directory.local.view(agent).tools).toHaveLength(1));
    expect(await reasonOf(ask(after, '{"n":2}'))).toBe('REQUEST_ID_REUSED');
    expect(await reasonOf(ask(after, '{"n":1}'))).toBe('OUTCOME_UNKNOWN');
    expect([before.runs(), after.runs()]).toEqual([1, 0]);
  });

  it('cancels the tool when the only caller gives up', async () => {
    const { directory, as } = startDirectory();
    const aborted = Promise.withResolvers<void>();
    directory.local.add(
      fakeSource('slow', [], {
        async *hang(_request, context) {
          context.signal.addEventListener('abort', () => aborted.resolve());
          await aborted.promise;
          yield result('{}');
        },
      }).source,
    );
    await vi.waitFor(() => expect(directory.local.view(agent).tools).toHaveLength(1));
    const stop = new AbortController();
    const call = answerOf(as(agent).callTool({ tool: { name: 'hang' }, requestId: id(3) }, { signal: stop.signal }));
    setTimeout(() => stop.abort(), 50);
    await expect(call).rejects.toThrow();
    await aborted.promise;
  });
});

describe('calls to peers', () => {
  it('asks again with the same request id when the link is lost, and hides it from the caller', async () => {
    const ids: string[] = [];
    const client = toolClient({
      async *callTool(request) {
        ids.push(Buffer.from(request.requestId ?? []).toString('hex'));
        if (ids.length === 1) throw failure(Code.Unavailable, 'LINK_LOST', 'cut');
        yield result('{"ok":true}');
      },
    });
    const { as } = startDirectory({ work: client });
    expect(await answerOf(as(agent).callTool({ tool: { node: 'work', upstream: 'u', name: 't' } }))).toBe(
      '{"ok":true}',
    );
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it('waits anew for a peer that was back for a while and is lost again', async () => {
    let nowMs = Date.now();
    const later = vi.spyOn(Date, 'now').mockImplementation(() => nowMs);
    let asks = 0;
    const client = toolClient({
      async *callTool() {
        asks++;
        if (asks === 2) nowMs += 30_000; // half-open, until the heartbeat found out
        if (asks <= 2) throw failure(Code.Unavailable, 'LINK_LOST', 'cut');
        yield result('{"ok":true}');
      },
    });
    const { as } = startDirectory({ work: client });
    const answer = answerOf(as(agent).callTool({ tool: { node: 'work', upstream: 'u', name: 't' } }));
    expect(await answer.finally(() => later.mockRestore())).toBe('{"ok":true}');
  });

  it('says that the outcome is unknown when the link stays lost, and that the peer is offline when it never answered', async () => {
    const fails = (reason: string) =>
      toolClient({
        // biome-ignore lint/correctness/useYield: it fails before its first answer
        async *callTool() {
          throw failure(Code.Unavailable, reason, 'cut');
        },
      });
    const { as } = startDirectory({ lost: fails('LINK_LOST'), off: fails('LINK_UNREACHABLE') });
    const call = (node: string) => reasonOf(answerOf(as(agent).callTool({ tool: { node, upstream: 'u', name: 't' } })));
    expect(await call('lost')).toBe('OUTCOME_UNKNOWN');
    expect(await call('off')).toBe('PEER_OFFLINE');
  });
});
