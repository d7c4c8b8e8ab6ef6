import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { dialWebSocket } from '../../../src/link/carrier/websocket.ts';
import { WebSocketStream } from '../../../src/link/carrier/websocket-stream.ts';
import { WEBSOCKET_MESSAGE_BYTES, WEBSOCKET_SEND_BYTES } from '../../../src/link/limits.ts';
import { testNode } from '../support.ts';
import { hostOf } from './hosts.ts';

/** A stream at one end of a WebSocket, and the bare WebSocket at the other. */
async function open() {
  const http = createServer();
  const server = new WebSocketServer({ server: http, maxPayload: WEBSOCKET_MESSAGE_BYTES, closeTimeout: 500 } as never);
  const host = await hostOf(http);
  onTestFinished(() => host[Symbol.asyncDispose]());
  const arrived = once(server, 'connection') as Promise<[WebSocket, { socket: Socket }]>;
  const bare = new WebSocket(`ws://127.0.0.1:${host.port}`);
  bare.on('error', () => undefined);
  const [[accepted, { socket }]] = await Promise.all([arrived, once(bare, 'open')]);
  return { stream: new WebSocketStream(accepted), bare, socket };
}

/** The end of a stream: its error's message, or nothing. */
async function endOf(stream: WebSocketStream): Promise<string | undefined> {
  let message: string | undefined;
  stream.on('error', (error) => {
    message = error.message;
  });
  stream.resume();
  await new Promise((resolve) => stream.once('close', resolve));
  return message;
}

describe('a stream over a WebSocket', () => {
  it('sends binary messages that are not too large for proxies', async () => {
    const { stream, bare } = await open();
    const sizes: number[] = [];
    bare.on('message', (data: Buffer, isBinary) => sizes.push(isBinary ? data.length : -1));
    stream.write(Buffer.alloc(3 * WEBSOCKET_SEND_BYTES + 1));
    stream.cork();
    stream.write('a');
    stream.write('bc');
    stream.uncork();
    await new Promise((resolve) => bare.on('message', () => sizes.at(-1) === 3 && resolve(undefined)));
    expect(sizes).toEqual([WEBSOCKET_SEND_BYTES, WEBSOCKET_SEND_BYTES, WEBSOCKET_SEND_BYTES, 1, 3]);
    stream.destroy();
  });

  it('does not care where messages begin, and takes empty ones for nothing', async () => {
    const { stream, bare } = await open();
    bare.send(Buffer.from('to'));
    bare.send(Buffer.alloc(0));
    bare.send(Buffer.from('gether'), { fin: false });
    bare.send(Buffer.from('!'), { fin: true });
    bare.close(1000);
    let text = '';
    stream.on('data', (chunk) => {
      text += chunk;
    });
    await once(stream, 'end');
    expect(text).toBe('together!');
  });

  it('ends when the other side closes as usual', async () => {
    const { stream, bare } = await open();
    const end = endOf(stream);
    bare.close(1000);
    stream.once('end', () => stream.end());
    expect(await end).toBeUndefined();
  });

  it.each([
    ['goes away', (bare: WebSocket) => bare.close(1001), 'the WebSocket was closed with code 1001'],
    ['is lost', (bare: WebSocket) => bare.terminate(), 'the WebSocket was closed with code 1006'],
    ['sends text', (bare: WebSocket) => bare.send('hello'), 'the WebSocket was closed with code 1003'],
    [
      'sends a message that is too large',
      (bare: WebSocket) => bare.send(Buffer.alloc(WEBSOCKET_MESSAGE_BYTES + 1)),
      'Max payload size exceeded',
    ],
  ])('fails when the other side %s', async (_, act, message) => {
    const { stream, bare } = await open();
    const end = endOf(stream);
    act(bare);
    expect(await end).toBe(message);
  });

  it('fails on bytes that are no frame', async () => {
    const { stream, bare } = await open();
    const end = endOf(stream);
    (bare as unknown as { _socket: Socket })._socket.write(Buffer.alloc(64, 0xff));
    expect(await end).toMatch(/^Invalid WebSocket frame/);
  });

  it('closes the WebSocket when it is destroyed, after what was written', async () => {
    const { stream, bare } = await open();
    const messages: string[] = [];
    bare.on('message', (data: Buffer) => messages.push(data.toString()));
    const closed = once(bare, 'close');
    stream.write('last words');
    stream.destroy();
    expect((await closed)[0]).toBe(1000);
    expect(messages).toEqual(['last words']);
    await vi.waitFor(() => expect(stream.closed).toBe(true));
  });

  it('cuts the connection when the other side does not close too', async () => {
    const { stream, bare } = await open();
    bare.pause();
    const startMs = performance.now();
    stream.destroy();
    await once(stream, 'close');
    expect(performance.now() - startMs).toBeGreaterThan(400);
    bare.terminate();
  });
});

describe('a dial by WebSocket', () => {
  it.each([
    ['HTTP 404', 404, /it answers HTTP 404/],
    ['HTTP 302', 302, /it answers HTTP 302/],
    ['a WebSocket of another kind', 101, /subprotocol/],
  ])('fails where %s answers', async (_, status, message) => {
    const http = createServer();
    const other = new WebSocketServer({ noServer: true, handleProtocols: () => false });
    http.on('upgrade', (request, socket, head) => {
      if (status === 101) other.handleUpgrade(request, socket, head, (opened) => opened.on('error', () => undefined));
      else socket.end(`HTTP/1.1 ${status} X\r\nlocation: ws://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n`);
    });
    await using host = await hostOf(http);
    const address = `ws://127.0.0.1:${host.port}/link`;
    const node = testNode();
    const dialing = dialWebSocket({ identity: await node.tls(), nodeId: node.nodeId, address });
    await expect(dialing).rejects.toMatchObject({ reason: 'LINK_UNREACHABLE', message });
  });

  it('names no origin, and the subprotocol', async () => {
    const http = createServer();
    const seen = new Promise<Record<string, unknown>>((resolve) => {
      http.on('upgrade', ({ headers, url }, socket) => {
        socket.destroy();
        resolve({ url, origin: headers.origin, protocol: headers['sec-websocket-protocol'] });
      });
    });
    await using host = await hostOf(http);
    const node = testNode();
    const address = `ws://127.0.0.1:${host.port}/a/link`;
    await dialWebSocket({ identity: await node.tls(), nodeId: node.nodeId, address }).catch(() => undefined);
    expect(await seen).toEqual({ url: '/a/link', origin: undefined, protocol: 'towline-link-v1' });
  });
});
