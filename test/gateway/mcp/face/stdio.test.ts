import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { AgentEvent } from '../../../../src/gateway/mcp/face/agents.ts';
import { envelope, StdioDoor } from './doors.ts';
import { definition, FakeMesh, log, progress, result, toolSet } from './fake-mesh.ts';

const done = '{"content":[{"type":"text","text":"done"}]}';

function meshWith(...names: string[]): FakeMesh {
  const mesh = new FakeMesh().offer(toolSet('self', 'up', ...names.map((name) => definition(name))));
  for (const name of names) mesh.answer(name, done);
  return mesh;
}

function call(id: string, name: string, rest = '', meta = ''): string {
  return `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${name}"${rest},"_meta":{${meta}}}}`;
}

describe('an older client over stdio', () => {
  it.each([
    ['2024-11-05', '2024-11-05'],
    ['2025-06-18', '2025-06-18'],
    ['2099-01-01', '2025-11-25'],
  ])('that asks for revision %s gets %s', async (asked, given) => {
    await using door = new StdioDoor(new FakeMesh());
    expect((await door.initialize(asked)).result).toMatchObject({ protocolVersion: given });
  });

  it('is told of a change without having asked', async () => {
    const mesh = meshWith('a');
    await using door = new StdioDoor(mesh);
    await door.initialize();
    door.send('{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
    await door.message();
    mesh.offer(toolSet('work', 'up', definition('b')));
    expect(await door.message()).toMatchObject({ method: 'notifications/tools/list_changed' });
  });

  it('gets answers to ping, an error for unknown methods, and nothing for notifications', async () => {
    await using door = new StdioDoor(new FakeMesh());
    door.send('{"jsonrpc":"2.0","method":"notifications/whatever"}');
    door.send('{"jsonrpc":"2.0","id":"p","method":"ping"}');
    expect(await door.message()).toMatchObject({ id: 'p', result: {} });
    door.send('{"jsonrpc":"2.0","id":1,"method":"prompts/list"}');
    expect((await door.message()).error?.code).toBe(-32601);
  });

  it('may batch in the revision that has batches, and in no other', async () => {
    const batch = '[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"x"},7]';
    await using door = new StdioDoor(new FakeMesh());
    door.send(batch);
    expect((await door.message()).error?.code).toBe(-32600);
    await door.initialize('2025-03-26');
    door.send(batch);
    expect(JSON.parse(await door.line())).toMatchObject([{ id: 1, result: {} }, { error: { code: -32600 } }]);
    door.send(`[${Array(101).fill('{"jsonrpc":"2.0","id":1,"method":"ping"}').join(',')}]`);
    expect((await door.message()).error?.message).toContain('1 to 100');
  });

  it('sees no resultType, and structured content only as an object', async () => {
    const mesh = meshWith('a').answer('a', '{"resultType":"complete","structuredContent":[1e400],"content":[]}');
    await using door = new StdioDoor(mesh);
    door.send(call('1', 'up__a'));
    expect(await door.line()).toBe(
      '{"jsonrpc":"2.0","id":1,"result":{"structuredContent":{"result":[1e400]},"content":[]}}',
    );
    mesh.answer('a', '{"resultType":"input_required","inputRequests":{}}');
    door.send(call('2', 'up__a'));
    expect((await door.message()).result).toMatchObject({ isError: true });
  });

  it('hears the log at the level that it chose', async () => {
    const mesh = meshWith('a').on('a', async function* ({ logLevel = 'none' }) {
      yield log('warning', `["${logLevel}",12345678901234567890]`);
      yield result(done);
    });
    await using door = new StdioDoor(mesh);
    door.send('{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"loud"}}');
    expect((await door.message()).error?.code).toBe(-32602);
    door.send('{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"error"}}');
    expect((await door.message()).result).toEqual({});
    door.send(call('2', 'up__a'));
    expect(await door.line()).toContain('"logger":"fake","data":["error",12345678901234567890]');
  });
});

describe('any client over stdio', () => {
  it('has its arguments, extra members and meta passed on to the byte', async () => {
    const mesh = meshWith('a');
    await using door = new StdioDoor(mesh);
    const args = '{ "n": 12345678901234567890, "e":1e400,"s":"\\u00e9\\/" }';
    const meta = `"progressToken":0,"com.acme/x": 1.0,"io.modelcontextprotocol/clientInfo":{}`;
    door.send(call('1', 'up__a', `,"arguments":${args},"requestState":"\\u0041"`, meta));
    await door.line();
    expect(mesh.calls[0]).toMatchObject({
      tool: { node: 'self', upstream: 'up', name: 'a' },
      argumentsJson: args,
      metaJson: '{"com.acme/x":1.0}',
      extraJson: '{"requestState":"\\u0041"}',
      progress: true,
    });
  });

  it('gets the result to the byte, on one line', async () => {
    const text = '{"content":[],"n":12345678901234567890,\n"e":1e400,"s":"\\u00e9"}';
    await using door = new StdioDoor(meshWith('a').answer('a', text));
    door.send(call('"x"', 'up__a'));
    expect(await door.line()).toBe(`{"jsonrpc":"2.0","id":"x","result":${text.replace('\n', ' ')}}`);
  });

  it.each(['0', '""', '"0"', '7'])(
    'gets progress with its own token %s, in order, and none after the result',
    async (token) => {
      const mesh = meshWith('a').on('a', async function* () {
        yield progress(1);
        yield progress(2, 'half "way"');
        yield result(done);
      });
      await using door = new StdioDoor(mesh);
      door.send(call('5', 'up__a', '', `"progressToken":${token}`));
      const head = `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${token}`;
      expect(await door.line()).toBe(`${head},"progress":1,"total":9}}`);
      expect(await door.line()).toBe(`${head},"progress":2,"total":9,"message":"half \\"way\\""}}`);
      expect(await door.message()).toMatchObject({ id: 5 });
    },
  );

  it('cancels a call all the way to the tool, and hears no more of it', async () => {
    const cancelled = vi.fn();
    const mesh = meshWith('a', 'b').on('a', async function* (_request, { signal }) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      cancelled();
      yield result(done);
    });
    await using door = new StdioDoor(mesh);
    door.send(call('1', 'up__a'));
    await vi.waitFor(() => expect(mesh.calls).toHaveLength(1));
    door.send('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}');
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalled());
    door.send(call('2', 'up__b'));
    expect(await door.message()).toMatchObject({ id: 2 });
  });

  it.each([
    ['{"jsonrpc":"2.0",', -32700],
    ['hello', -32700],
    ['{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', -32700],
    ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"up__a","arguments":{"a":1,"a":2}}}', -32700],
    ['{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600],
    ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"up__a","arguments":[]}}', -32602],
    ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]}', -32602],
    ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"up__gone"}}', -32602],
    ['{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"x"}}', -32602],
  ])('that sends %s is refused, and can go on', async (text, code) => {
    await using door = new StdioDoor(meshWith('a'));
    door.send(text);
    expect((await door.message()).error?.code).toBe(code);
    door.send('{"jsonrpc":"2.0","id":9,"method":"ping"}');
    expect(await door.message()).toMatchObject({ id: 9 });
  });

  it('cannot use one id for two requests at once', async () => {
    const mesh = meshWith('a').on('a', async function* () {
      await sleep(50);
      yield result(done);
    });
    await using door = new StdioDoor(mesh);
    door.send(call('1', 'up__a'));
    door.send(call('1', 'up__a'));
    expect((await door.message()).error?.message).toContain('in use');
    expect((await door.message()).result).toBeDefined();
  });

  it('is no victim of a peer that answers with more than one JSON value', async () => {
    const mesh = meshWith('a').on('a', async function* () {
      const answer = result(done);
      if (answer.event.case === 'result') answer.event.value.resultJson = '{}}\n{"jsonrpc":"2.0","id":2,"result":{}';
      yield answer;
    });
    await using door = new StdioDoor(mesh);
    door.send(call('1', 'up__a'));
    expect(await door.message()).toMatchObject({ id: 1, error: { code: -32603 } });
  });

  it('gets the answer of a call that ends shortly after its input', async () => {
    const mesh = meshWith('a').on('a', async function* () {
      await sleep(100);
      yield result(done);
    });
    const door = new StdioDoor(mesh);
    door.send(call('1', 'up__a'));
    door.input.end();
    expect(await door.message()).toMatchObject({ id: 1 });
    await door.served;
    expect(mesh.watchCount).toBe(0);
  });

  it('is an agent from its hello to its end', async () => {
    const events: AgentEvent[] = [];
    const door = new StdioDoor(new FakeMesh(), { onAgent: (event) => events.push(event) });
    await door.initialize();
    await door[Symbol.asyncDispose]();
    const agent = { name: 'old-client', software: 'Old Client 3' };
    expect(events).toEqual([
      { kind: 'connect', ...agent },
      { kind: 'disconnect', ...agent },
    ]);
  });

  it('that reads slowly stops the tool, not the gateway', async () => {
    let sent = 0;
    const mesh = meshWith('a').on('a', async function* () {
      for (; sent < 10_000; sent++) yield progress(sent, 'x'.repeat(1_000));
      yield result(done);
    });
    const door = new StdioDoor(mesh);
    door.output.pause();
    door.send(call('1', 'up__a', '', '"progressToken":1'));
    await sleep(200);
    expect(sent).toBeLessThan(1_000);
    door.input.end();
    door.output.resume();
    await door.served;
  });
});

describe('a modern client over stdio', () => {
  const ask = (id: number, method: string, params = '') =>
    `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":{${params}"_meta":${envelope()}}}`;

  it('discovers, lists and calls without a handshake', async () => {
    await using door = new StdioDoor(meshWith('a'));
    door.send(ask(1, 'server/discover'));
    expect((await door.message()).result).toMatchObject({
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: { listChanged: true } },
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'towline', version: '1.2.3' } },
    });
    door.send(ask(2, 'tools/list'));
    const { result = {} } = await door.message();
    expect(result).toMatchObject({ resultType: 'complete', ttlMs: 0, cacheScope: 'private' });
    expect((result['tools'] as { name: string }[]).map(({ name }) => name)).toEqual([
      'towline_peers',
      'towline_find_tool',
      'towline_call_tool',
      'towline_set_status',
      'towline_channel',
      'towline_mail',
      'up__a',
    ]);
    door.send(ask(3, 'tools/call', '"name":"up__a",'));
    expect(await door.line()).toBe(`{"jsonrpc":"2.0","id":3,"result":{"resultType":"complete",${done.slice(1)}}`);
  });

  it('is refused if it does not say everything of itself, or speaks an unknown revision', async () => {
    await using door = new StdioDoor(new FakeMesh());
    door.send('{"jsonrpc":"2.0","id":1,"method":"server/discover"}');
    expect((await door.message()).error).toMatchObject({ code: -32602 });
    door.send(`{"jsonrpc":"2.0","id":2,"method":"ping","params":{"_meta":${envelope('', '2099-01-01')}}}`);
    expect((await door.message()).error).toMatchObject({
      code: -32022,
      data: { supported: ['2026-07-28'], requested: '2099-01-01' },
    });
  });

  it('hears of changes on its subscription, tagged with its id, until it cancels', async () => {
    const mesh = meshWith('a');
    await using door = new StdioDoor(mesh);
    door.send(ask(1, 'tools/list'));
    await door.line();
    door.send(ask(7, 'subscriptions/listen', '"notifications":{"toolsListChanged":true,"promptsListChanged":true},'));
    const tag = { _meta: { 'io.modelcontextprotocol/subscriptionId': 7 } };
    expect(await door.message()).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { ...tag, notifications: { toolsListChanged: true } },
    });
    mesh.offer(toolSet('work', 'up', definition('b')));
    expect(await door.message()).toMatchObject({ method: 'notifications/tools/list_changed', params: tag });
    door.send('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}');
    mesh.remove('work');
    await sleep(150);
    door.send(ask(8, 'server/discover'));
    expect(await door.message()).toMatchObject({ id: 8 });
  });
});
