import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it, vi } from 'vitest';
import { createWebSocketStream, WebSocket } from 'ws';
import { dialWebSocket, WEBSOCKET_PROTOCOL } from '../../../src/link/carrier/websocket.ts';
import { defaultConnectionLimits } from '../../../src/node/listener/limits.ts';
import { selfSign } from '../../../src/trust/self-sign.ts';
import { rawPublicKey } from '../../../src/trust/signature.ts';
import { ask, connectPlain, exchange, get, readAll, refusals, session, startListener } from './support.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const LINK = { ':path': '/towline.v1.LinkService/Open' };

async function newNode() {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    cert: await selfSign(privateKey, new Date(Date.now() - DAY_MS), new Date(Date.now() + DAY_MS)),
    nodeId: rawPublicKey(privateKey),
  };
}

const node = await newNode();
const caller = await newNode();
const callerKey = Buffer.from(caller.nodeId).toString('hex');

const start = (options: Parameters<typeof startListener>[0] = {}) => startListener({ tls: node, ...options });

/** HTTP/2 through a WebSocket, as another node speaks it. */
async function dial(port: number, scheme: 'ws' | 'wss' = 'ws') {
  const address = `${scheme}://127.0.0.1:${port}/link`;
  const carrier = await dialWebSocket({ identity: caller, nodeId: node.nodeId, address });
  const client = session(port, carrier.stream as never);
  return { carrier, client };
}

/** The head of a request for a WebSocket. */
function upgrade(headers: Record<string, string> = {}, path = '/link'): string {
  const head = get({
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol': WEBSOCKET_PROTOCOL,
    ...headers,
  });
  return head.replace('GET /', `GET ${path}`);
}

/** A WebSocket to the node, without anything inside. */
async function openWebSocket(port: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/link`, [WEBSOCKET_PROTOCOL]);
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return socket;
}

const closed = (socket: WebSocket) => new Promise<void>((resolve) => socket.once('close', () => resolve()));

describe('the port, by WebSocket', () => {
  it.each(['ws', 'wss'] as const)(
    'serves what it serves by TLS (%s), and knows the key of the caller',
    async (scheme) => {
      await using listener = await start();
      const { client } = await dial(listener.port, scheme);
      const { status, body } = await ask(client, {}, 'hello');
      client.destroy();
      expect(status).toBe(200);
      // Who is behind a proxy is not of this machine, wherever the proxy is.
      expect(JSON.parse(body)).toEqual({
        version: '2.0',
        secure: true,
        loopback: false,
        key: callerKey,
        body: 'hello',
      });
    },
  );

  it('hands links over with the socket of the inner TLS, whose exporter both ends share', async () => {
    await using listener = await start();
    const { client, carrier } = await dial(listener.port, 'wss');
    const inner = carrier.stream as ReturnType<typeof connectTls>;
    const exported = inner.exportKeyingMaterial(32, 'EXPORTER-test', Buffer.alloc(0)).toString('hex');
    expect((await ask(client, LINK)).body).toBe(`link ${exported}`);
    client.destroy();
  });

  it('tells handlers by what a connection came', async () => {
    const kinds: (string | undefined)[] = [];
    const onLinkStream = vi.fn((stream, _headers, { carrier, remoteAddress, remotePort }) => {
      kinds.push(carrier?.kind);
      stream.respond({ ':status': 200 });
      stream.end(`${carrier?.remoteAddress === `${remoteAddress}:${remotePort}`}`);
    });
    await using listener = await start({ handlers: { onLinkStream } as never });
    const { client } = await dial(listener.port);
    expect((await ask(client, LINK)).body).toBe('true');
    client.destroy();
    expect(kinds).toEqual(['websocket']);
  });

  it('refuses every page, its own too', async () => {
    await using listener = await start();
    for (const Origin of ['https://evil.example', 'http://localhost', 'null']) {
      expect(await exchange(listener.port, upgrade({ Origin }))).toMatch(/^HTTP\/1\.1 403 Forbidden/);
    }
    expect(refusals(listener.listener)).toEqual({ FOREIGN_ORIGIN: 3 });
  });

  it('refuses names that are not its own in plain, and takes those that it is told', async () => {
    await using listener = await start({ hosts: ['mesh.example'] });
    expect(await exchange(listener.port, upgrade({ Host: 'evil.example' }))).toMatch(/^HTTP\/1\.1 403 Forbidden/);
    const socket = await connectPlain(listener.port);
    socket.write(upgrade({ Host: 'mesh.example' }));
    expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 101 [\s\S]*towline-link-v1/);
    socket.destroy();
  });

  it('takes no WebSocket at another path', async () => {
    await using listener = await start();
    expect(await exchange(listener.port, upgrade({ Connection: 'close, Upgrade' }, '/other'))).toMatch(
      /^HTTP\/1\.1 200/,
    );
  });

  it('answers a wrong request for a WebSocket', async () => {
    await using listener = await start();
    expect(await exchange(listener.port, upgrade({ 'Sec-WebSocket-Key': 'short' }))).toMatch(/^HTTP\/1\.1 400/);
  });
});

describe('a WebSocket of other make', () => {
  it('is served too: the one in Node, with TLS inside by hand', async () => {
    await using listener = await start();
    const socket = new globalThis.WebSocket(`ws://127.0.0.1:${listener.port}/link`, WEBSOCKET_PROTOCOL);
    socket.binaryType = 'arraybuffer';
    const stream = new Duplex({
      read: () => undefined,
      write(chunk: Buffer, _encoding, done) {
        socket.send(Buffer.from(chunk));
        setImmediate(done);
      },
    });
    socket.addEventListener('message', ({ data }) => stream.push(Buffer.from(data as ArrayBuffer)));
    await once(socket, 'open');
    expect(socket.protocol).toBe('towline-link-v1');
    const inner = connectTls({ socket: stream, ...caller, ALPNProtocols: ['h2'], rejectUnauthorized: false });
    await once(inner, 'secureConnect');
    const client = session(listener.port, inner);
    expect(JSON.parse((await ask(client, {}, 'hello')).body)).toMatchObject({ key: callerKey, body: 'hello' });
    client.destroy();
    socket.close();
  });
});

describe('a WebSocket that says nothing of who comes', () => {
  it('is closed after the deadline', async () => {
    await using listener = await start({ identifyMs: 80 });
    await closed(await openWebSocket(listener.port));
    expect(refusals(listener.listener)).toEqual({ TOO_SLOW: 1 });
  });

  it('is closed after the deadline also where the connection had asked something before', async () => {
    await using listener = await start({ identifyMs: 80 });
    const socket = await connectPlain(listener.port);
    const answers = readAll(socket);
    socket.write(get({ Connection: 'keep-alive' }));
    await sleep(150); // longer than a silent connection may take
    socket.write(upgrade());
    expect(await answers).toMatch(/200 OK[\s\S]*101 Switching Protocols/);
    expect(refusals(listener.listener)).toEqual({ TOO_SLOW: 1 });
  });

  it('is counted among the unidentified until its first request', async () => {
    const limits = { ...defaultConnectionLimits, maxUnidentifiedConnections: 1 };
    await using listener = await start({ limits });
    const idle = await openWebSocket(listener.port);
    expect(await exchange(listener.port, get())).toBe('');
    expect(refusals(listener.listener)).toEqual({ TOO_MANY_UNIDENTIFIED: 1 });
    idle.terminate();
    await vi.waitFor(() => expect(listener.listener.connectionCount).toBe(0));
    const { client } = await dial(listener.port);
    expect((await ask(client)).status).toBe(200);
    expect(await exchange(listener.port, get())).toMatch(/200 OK/);
    client.destroy();
  });

  it('finds no place where too many others say nothing either', async () => {
    const limits = { ...defaultConnectionLimits, maxUnidentifiedConnections: 1 };
    await using listener = await start({ limits });
    const asked = await connectPlain(listener.port);
    const answers = readAll(asked);
    asked.write(get({ Connection: 'keep-alive' }));
    await sleep(50);
    const silent = await connectPlain(listener.port);
    asked.write(upgrade());
    expect(await answers).not.toContain('101 Switching Protocols');
    expect(refusals(listener.listener)).toEqual({ TOO_MANY_UNIDENTIFIED: 1 });
    silent.destroy();
  });

  it.each([
    ['what is no TLS', (socket: WebSocket) => socket.send(Buffer.from('GET / HTTP/1.1\r\n\r\n'))],
    ['a text', (socket: WebSocket) => socket.send('hello')],
    [
      'TLS without a key',
      (socket: WebSocket) => {
        const stream = createWebSocketStream(socket).on('error', () => undefined);
        connectTls({ socket: stream, rejectUnauthorized: false, ALPNProtocols: ['h2'] }).on('error', () => undefined);
      },
    ],
  ])('is closed when %s is inside', async (_, send) => {
    await using listener = await start();
    const socket = await openWebSocket(listener.port);
    const end = closed(socket);
    send(socket);
    await end;
    await vi.waitFor(() => expect(refusals(listener.listener)).toEqual({ TLS_FAILED: 1 }));
    expect(listener.listener.connectionCount).toBe(0);
  });
});

describe('closing the port', () => {
  it('ends WebSockets, silent ones and those in use', async () => {
    const listener = await start();
    const silent = await openWebSocket(listener.port);
    const { client, carrier } = await dial(listener.port, 'wss');
    await ask(client);
    carrier.stream.on('error', () => undefined);
    const ends = [closed(silent), new Promise((resolve) => carrier.stream.once('close', resolve))];
    await listener[Symbol.asyncDispose]();
    await Promise.all(ends);
    expect(listener.listener.connectionCount).toBe(0);
  });
});
