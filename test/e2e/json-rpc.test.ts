/** JSON-RPC between real nodes, by a client library from outside, curl, and the examples of its README. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { JSONRPCClient, JSONRPCErrorException } from 'json-rpc-2.0';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { everything, startMesh, type TestMesh } from '../fixtures/mesh.ts';

const echo = { name: 'work/everything/echo', arguments: { message: 'ahoy' } };

let mesh: TestMesh<'work' | 'laptop'>;
let token: string;
let url: string;
beforeAll(async () => {
  mesh = await startMesh({ work: { servers: { everything }, share: ['home'] }, laptop: {} });
  await mesh.join('laptop', 'work');
  token = await newToken('script');
  url = `${mesh.node('laptop').url}/rpc`;
  const names = async () => JSON.stringify(await overHttp().request('ToolService.ListTools', {}));
  await vi.waitFor(async () => expect(await names()).toContain('"echo"'), 20_000);
}, 60_000);
afterAll(() => mesh[Symbol.asyncDispose]());

async function newToken(agent: string): Promise<string> {
  return (await mesh.node('laptop').json<{ token: string }>('token', 'create', '--agent', agent)).token;
}

/** The outside client, one POST for each request. */
function overHttp(): JSONRPCClient {
  const client = new JSONRPCClient(async (payload) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(payload) });
    if (response.status === 200) client.receive((await response.json()) as never);
    else if (response.status !== 204) throw new Error(`status ${response.status}`);
  });
  return client;
}

interface StreamClient extends AsyncDisposable {
  readonly client: JSONRPCClient;
  readonly ws: WebSocket;
  /** What came as notifications. */
  readonly notified: { method: string; params: Record<string, unknown> }[];
}

/** The same on one WebSocket. */
async function overWebSocket(): Promise<StreamClient> {
  const ws = new WebSocket(url.replace('http', 'ws'), { headers: { authorization: `Bearer ${token}` } });
  await once(ws, 'open');
  const client = new JSONRPCClient((payload) => ws.send(JSON.stringify(payload)));
  const notified: StreamClient['notified'] = [];
  ws.on('message', (data) => {
    const message = JSON.parse(String(data));
    if (Array.isArray(message) || 'id' in message) client.receive(message);
    else notified.push(message);
  });
  return { client, ws, notified, [Symbol.asyncDispose]: async () => ws.terminate() };
}

describe('an outside client', () => {
  it('calls a tool of another node by HTTP, and a batch', async () => {
    const client = overHttp();
    expect(await client.request('tools/call', echo)).toEqual({ content: [{ type: 'text', text: 'Echo: ahoy' }] });
    const answers = await client.requestAdvanced([
      { jsonrpc: '2.0', id: 'a', method: 'NodeService.GetNode', params: {} },
      { jsonrpc: '2.0', id: 'b', method: 'NodeService.Nothing' },
    ]);
    expect(answers).toMatchObject([
      { id: 'a', result: { node: { displayName: 'laptop' } } },
      { id: 'b', error: { code: -32601 } },
    ]);
    await client.notify('NodeService.GetNode', {});
  });

  it('understands errors, and their data', async () => {
    const refused = await Promise.resolve(overHttp().request('AdminService.GetStatus', {})).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(JSONRPCErrorException);
    expect(refused).toMatchObject({ code: -32007, data: { reason: 'PERMISSION_DENIED', permanent: true } });
  });

  it('calls a tool with its progress by WebSocket', async () => {
    await using session = await overWebSocket();
    const call = { tool: { node: 'work', name: 'echo' }, argumentsJson: '{"message":"over there"}' };
    const { stream } = (await session.client.request('towline.v1.ToolService/CallTool', call)) as { stream: number };
    await vi.waitFor(() => expect(session.notified.at(-1)?.params).toEqual({ id: stream, end: true }), 10_000);
    expect(JSON.stringify(session.notified)).toContain('Echo: over there');
  });

  it('loses its WebSocket when its token is revoked', async () => {
    const short = await newToken('short');
    const ws = new WebSocket(url.replace('http', 'ws'), { headers: { authorization: `Bearer ${short}` } });
    ws.on('error', () => undefined);
    await once(ws, 'open');
    const closed = once(ws, 'close');
    await mesh.node('laptop').json('token', 'revoke', 'short');
    await closed;
  });
});

describe('curl', () => {
  const curl = promisify(execFile);

  it('is answered over HTTP/2 with TLS too, and refused without a token', async () => {
    const secure = url.replace('http:', 'https:');
    const json = ['-sSk', '--http2', secure, '-H', 'content-type: application/json', '-d'];
    const request = '{"jsonrpc":"2.0","id":1,"method":"mesh/info"}';
    const known = await curl('curl', [...json, request, '-H', `authorization: Bearer ${token}`]);
    expect(JSON.parse(known.stdout)).toMatchObject({ id: 1, result: { name: 'laptop', version: expect.any(String) } });
    expect(JSON.parse((await curl('curl', [...json, request])).stdout)).toMatchObject({ error: { code: -32016 } });
  });

  it('is answered as the README of the door says', async () => {
    const readme = await readFile(join(import.meta.dirname, '../../src/legacy/json-rpc/README.md'), 'utf8');
    const [, example = ''] = /```sh\n(curl [\s\S]*?)```/.exec(readme) ?? [];
    const script = example.replace('http://127.0.0.1:7433/rpc', url);
    const { stdout } = await curl('bash', ['-e', '-c', script], { env: { ...process.env, TOKEN: token } });
    expect(stdout).toContain('"name":"echo"');
  });
});
