import { request as httpRequest } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import type { AgentEvent } from '../../../../src/gateway/mcp/face/agents.ts';
import { builtIns } from '../../../../src/gateway/mcp/face/built-in.ts';
import type { Principal } from '../../../../src/rpc/principal.ts';
import { envelope, eventsOf, type HttpDoor, type Message, openHttp, version } from './doors.ts';
import { definition, FakeMesh, log, progress, result, toolSet } from './fake-mesh.ts';

const done = '{"content":[{"type":"text","text":"done"}]}';

function meshWith(...names: string[]): FakeMesh {
  const mesh = new FakeMesh().offer(toolSet('self', 'up', ...names.map((name) => definition(name))));
  for (const name of names) mesh.answer(name, done);
  return mesh;
}

async function codeOf(response: Response): Promise<number | undefined> {
  return ((await response.json()) as Message).error?.code;
}

const hello = (protocolVersion: string) =>
  `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"${protocolVersion}","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}`;

async function sessionAt(door: HttpDoor, headers: Record<string, string> = {}, revision = '2025-11-25') {
  const response = await door.post(hello(revision), headers);
  await response.text();
  return { 'mcp-session-id': response.headers.get('mcp-session-id') ?? '', ...headers };
}

/** A GET with headers that fetch would not send. */
function statusWith(door: HttpDoor, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: door.port, path: '/mcp', method: 'GET', headers });
    request.on('error', reject).on('response', (response) => resolve(response.resume().statusCode));
    request.end();
  });
}

describe('the gate', () => {
  it.each([
    [{ host: 'evil.example' }, 403],
    [{ host: 'localhost.evil.example:80' }, 403],
    [{ host: 'localhost:1', origin: 'https://evil.example' }, 403],
    [{ host: 'localhost:1', origin: 'null' }, 403],
    [{ host: '[::1]:1', origin: 'http://localhost:5173' }, 400],
    [{ host: 'Mesh.Example' }, 400],
  ])('answers %j with %i', async (headers, status) => {
    await using door = await openHttp(new FakeMesh(), { allowedHosts: ['mesh.example'] });
    expect(await statusWith(door, headers)).toBe(status);
  });

  it('lets pages of allowed origins ask first', async () => {
    await using door = await openHttp(new FakeMesh());
    const response = await fetch(door.url, { method: 'OPTIONS', headers: { origin: 'http://localhost:3000' } });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:3000');
  });

  it.each([
    [{ 'content-type': 'text/plain' }, '{}', 415],
    [{ accept: 'text/html' }, '{}', 406],
    [{}, '{"jsonrpc":', 400],
    [{}, '', 400],
  ])('refuses a POST with %j and the body %j by %i', async (headers, body, status) => {
    await using door = await openHttp(new FakeMesh());
    expect((await door.post(body, headers)).status).toBe(status);
  });

  it('refuses other methods', async () => {
    await using door = await openHttp(new FakeMesh());
    expect((await fetch(door.url, { method: 'PUT', body: 'x' })).status).toBe(405);
  });
});

describe('a modern client over HTTP', () => {
  it('gets a plain answer, to the byte', async () => {
    const mesh = meshWith('a').answer('a', '{ "n":12345678901234567890,"e":1e400,"s":"\\u00e9" }');
    await using door = await openHttp(mesh);
    const response = await door.modern('tools/call', '"name":"up__a","arguments":{"x": 1e400}', { name: 'up__a' });
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.text()).toBe(
      '{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete", "n":12345678901234567890,"e":1e400,"s":"\\u00e9" }}',
    );
    expect(mesh.calls[0]).toMatchObject({ argumentsJson: '{"x": 1e400}', metaJson: '', progress: false });
    expect(mesh.calls[0]?.logLevel).toBeUndefined();
  });

  it('gets progress and log, if it asked, before the result on one stream', async () => {
    const mesh = meshWith('a').on('a', async function* ({ logLevel = '' }) {
      yield progress(1);
      yield log('info', JSON.stringify(logLevel));
      yield result(done);
    });
    await using door = await openHttp(mesh);
    const meta = '"progressToken":0,"io.modelcontextprotocol/logLevel":"debug"';
    const response = await door.modern('tools/call', '"name":"up__a"', { name: 'up__a', meta });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const events: Message[] = [];
    for await (const event of eventsOf(response)) events.push(event);
    expect(events).toMatchObject([
      { method: 'notifications/progress', params: { progressToken: 0, progress: 1, total: 9 } },
      { method: 'notifications/message', params: { level: 'info', data: 'debug' } },
      { id: 1, result: { resultType: 'complete' } },
    ]);
  });

  it('gets neither if it did not ask, or takes no stream', async () => {
    const mesh = meshWith('a').on('a', async function* () {
      yield progress(1);
      yield log('error', '1');
      yield result(done);
    });
    await using door = await openHttp(mesh);
    const quiet = await door.modern('tools/call', '"name":"up__a"', { name: 'up__a' });
    expect(await quiet.json()).toMatchObject({ result: {} });
    const options = { name: 'up__a', meta: '"progressToken":1', headers: { accept: 'application/json' } };
    expect(await (await door.modern('tools/call', '"name":"up__a"', options)).json()).toMatchObject({ result: {} });
  });

  it('cancels by closing the connection', async () => {
    const cancelled = vi.fn();
    const mesh = meshWith('a').on('a', async function* (_request, { signal }) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      cancelled();
      yield result(done);
    });
    await using door = await openHttp(mesh);
    const stop = new AbortController();
    const call = door.modern('tools/call', '"name":"up__a"', { name: 'up__a', signal: stop.signal });
    await vi.waitFor(() => expect(mesh.calls).toHaveLength(1));
    stop.abort();
    await expect(call).rejects.toThrow();
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalled());
  });

  it.each([
    ['no revision', { 'mcp-protocol-version': '' }],
    ['another revision', { 'mcp-protocol-version': '2025-11-25' }],
    ['another method', { 'mcp-method': 'tools/list' }],
    ['another name', { 'mcp-name': 'up__b' }],
    ['a name that is not base64', { 'mcp-name': '=?base64?dXBfX2E?=' }],
  ])('is refused when a header tells %s than the body', async (_what, headers) => {
    await using door = await openHttp(meshWith('a'));
    const response = await door.modern('tools/call', '"name":"up__a"', { name: 'up__a', headers });
    expect(response.status).toBe(400);
    expect(await codeOf(response)).toBe(-32020);
  });

  it('may write the name as base64', async () => {
    await using door = await openHttp(meshWith('a'));
    const name = `=?base64?${Buffer.from('up__a').toString('base64')}?=`;
    expect((await door.modern('tools/call', '"name":"up__a"', { name })).status).toBe(200);
  });

  it.each(['initialize', 'ping', 'logging/setLevel', 'prompts/list', 'unknown/method'])(
    'hears by 404 that there is no %s',
    async (method) => {
      await using door = await openHttp(new FakeMesh());
      const response = await door.modern(method);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ id: 1, error: { code: -32601 } });
    },
  );

  it('is refused if the envelope is not complete, or the revision unknown', async () => {
    await using door = await openHttp(new FakeMesh());
    const headers = { 'mcp-protocol-version': version, 'mcp-method': 'tools/list' };
    const bare = await door.post('{"jsonrpc":"2.0","id":3,"method":"tools/list"}', headers);
    expect(bare.status).toBe(400);
    expect(await bare.json()).toMatchObject({ id: 3, error: { code: -32602 } });
    const body = `{"jsonrpc":"2.0","id":4,"method":"tools/list","params":{"_meta":${envelope('', 'v9')}}}`;
    const unknown = await door.post(body, { ...headers, 'mcp-protocol-version': 'v9' });
    expect(unknown.status).toBe(400);
    expect(await unknown.json()).toMatchObject({
      error: { code: -32022, data: { supported: [version], requested: 'v9' } },
    });
  });

  it('hears of changes on its subscription, which ends well when the gateway closes', async () => {
    const mesh = meshWith('a');
    const door = await openHttp(mesh);
    await (await door.modern('tools/list')).text();
    const response = await door.modern('subscriptions/listen', '"notifications":{"toolsListChanged":true}');
    const events = eventsOf(response);
    expect((await events.next()).value).toMatchObject({ method: 'notifications/subscriptions/acknowledged' });
    mesh.offer(toolSet('work', 'up', definition('b')));
    expect((await events.next()).value).toMatchObject({
      method: 'notifications/tools/list_changed',
      params: { _meta: { 'io.modelcontextprotocol/subscriptionId': 1 } },
    });
    const closed = door[Symbol.asyncDispose]();
    expect((await events.next().catch(() => ({ value: undefined }))).value ?? { id: 1 }).toMatchObject({ id: 1 });
    await closed;
  });

  it('reads a long list page by page', async () => {
    const definitions = Array.from({ length: 1_500 }, (_, index) => definition(`t${index}`));
    await using door = await openHttp(new FakeMesh().offer(toolSet('self', 'up', ...definitions)));
    const names: string[] = [];
    for (let params = '', more = true; more; ) {
      const { result = {} } = (await (await door.modern('tools/list', params)).json()) as Message;
      names.push(...(result['tools'] as { name: string }[]).map(({ name }) => name));
      more = typeof result['nextCursor'] === 'string';
      params = `"cursor":${JSON.stringify(result['nextCursor'])}`;
    }
    expect(names).toHaveLength(1_500 + builtIns.size);
    expect(new Set(names).size).toBe(1_500 + builtIns.size);
  });
});

describe('an older client over HTTP', () => {
  it('has a session from its hello until it ends it', async () => {
    const events: AgentEvent[] = [];
    await using door = await openHttp(meshWith('a'), { onAgent: (event) => events.push(event) });
    const session = await sessionAt(door);
    const call = '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"up__a"}}';
    expect(await (await door.post(call, session)).json()).toEqual({ jsonrpc: '2.0', id: 2, result: JSON.parse(done) });
    expect((await door.post('{"jsonrpc":"2.0","method":"notifications/initialized"}', session)).status).toBe(202);
    expect((await fetch(door.url, { method: 'DELETE', headers: session })).status).toBe(204);
    expect((await door.post(call, session)).status).toBe(404);
    expect(events.map(({ kind, name }) => [kind, name])).toEqual([
      ['connect', 'c'],
      ['disconnect', 'c'],
    ]);
  });

  it('is told 400 without a session, and 404 with an unknown one or that of another', async () => {
    const principalOf = (name = 'x'): Principal => ({ kind: 'agent', name, groups: new Set() });
    await using door = await openHttp(new FakeMesh(), {}, principalOf);
    const list = '{"jsonrpc":"2.0","id":2,"method":"tools/list"}';
    expect((await door.post(list)).status).toBe(400);
    expect((await door.post(list, { 'mcp-session-id': 'gone' })).status).toBe(404);
    const session = await sessionAt(door, { authorization: 'one' });
    expect((await door.post(list, { ...session, authorization: 'two' })).status).toBe(404);
    expect((await door.post(list, session)).status).toBe(200);
    expect((await door.post(list, { ...session, 'mcp-protocol-version': '1999-01-01' })).status).toBe(400);
  });

  it('hears of changes on its GET stream', async () => {
    const mesh = meshWith('a');
    await using door = await openHttp(mesh);
    const session = await sessionAt(door);
    await (await door.post('{"jsonrpc":"2.0","id":2,"method":"tools/list"}', session)).text();
    const stream = await fetch(door.url, { headers: { ...session, accept: 'text/event-stream' } });
    mesh.offer(toolSet('work', 'up', definition('b')));
    const { value } = await eventsOf(stream).next();
    expect(value).toMatchObject({ method: 'notifications/tools/list_changed' });
  });

  it('cancels by a notification, and not by closing the connection', async () => {
    const cancelled = vi.fn();
    const mesh = meshWith('a').on('a', async function* (_request, { signal }) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      cancelled();
      yield result(done);
    });
    await using door = await openHttp(mesh);
    const session = await sessionAt(door);
    const call = door.post('{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"up__a"}}', session);
    await vi.waitFor(() => expect(mesh.calls).toHaveLength(1));
    await door.post('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"x"}}', session);
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalled());
    expect((await call).status).toBe(202);
  });

  it('may batch in the revision that has batches', async () => {
    await using door = await openHttp(new FakeMesh());
    const batch = '[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}]';
    expect((await door.post(batch, await sessionAt(door))).status).toBe(400);
    const response = await door.post(batch, await sessionAt(door, {}, '2025-03-26'));
    expect(await response.json()).toMatchObject([{ id: 1 }, { id: 2 }]);
  });
});
