import { createServer } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { memoryCarriers } from '../../src/link/carrier/memory.ts';
import { dialTls } from '../../src/link/carrier/tls.ts';
import { dialLink } from '../../src/link/open.ts';
import { listen, optionsOf, type TestNode, testNode } from './support.ts';

const dial = async (from: TestNode, nodeId: Uint8Array, address: string, signal?: AbortSignal) =>
  dialTls({ identity: await from.tls(), nodeId, address, signal });

/** What listens but is no node: an HTTP/2 server with this answer. */
async function foreignServer(node: TestNode, status: number): Promise<{ address: string; close: () => void }> {
  const http2 = createServer();
  http2.on('stream', (stream) => stream.respond({ ':status': status }, { endStream: true }));
  const server = createTlsServer({ ...(await node.tls()), ALPNProtocols: ['h2'] }, (socket) =>
    http2.emit('connection', socket),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

describe('a dial', () => {
  it('shows each side the key of the other, and binds the link to the connection', async () => {
    const [one, two] = [testNode(), testNode()];
    await using server = await listen(two);
    const link = await dialLink(await dial(one, two.nodeId, server.address), optionsOf(one));
    const accepted = await server.accepted.next();
    expect([link.peerNodeId, accepted.peerNodeId]).toEqual([two.nodeId, one.nodeId]);
    expect(link).toMatchObject({ dialed: true, carrier: 'tls', remoteAddress: server.address });
    expect(accepted).toMatchObject({ dialed: false, hello: { software: 'test/1', instanceId: one.instanceId } });
    link.close(11, 'the test is over');
    await accepted.closed;
  });

  it('fails with LINK_KEY_MISMATCH when another node answers', async () => {
    const [one, two] = [testNode(), testNode()];
    await using server = await listen(two);
    await expect(dial(one, testNode().nodeId, server.address)).rejects.toMatchObject({ reason: 'LINK_KEY_MISMATCH' });
  });

  it('fails with LINK_UNTRUSTED when the other side does not know this key', async () => {
    const [one, two] = [testNode(), testNode()];
    await using server = await listen(two, { ...optionsOf(two), isTrusted: () => false });
    const dialing = dialLink(await dial(one, two.nodeId, server.address), optionsOf(one));
    await expect(dialing).rejects.toMatchObject({ reason: 'LINK_UNTRUSTED', help: expect.stringContaining('invite') });
  });

  it('fails with LINK_UNREACHABLE when nobody listens, at once', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const node = testNode();
    await expect(dial(node, node.nodeId, `127.0.0.1:${port}`)).rejects.toMatchObject({ reason: 'LINK_UNREACHABLE' });
  });

  it('fails with LINK_UNREACHABLE after 3 s when somebody listens and is silent', async () => {
    const sockets: Socket[] = [];
    const server = createTcpServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const node = testNode();
    const startMs = performance.now();
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(dial(node, node.nodeId, address)).rejects.toMatchObject({ reason: 'LINK_UNREACHABLE' });
    expect(performance.now() - startMs).toBeGreaterThan(2_900);
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it('can be given up', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const node = testNode();
    const stop = new AbortController();
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const dialing = dial(node, node.nodeId, address, stop.signal);
    stop.abort();
    await expect(dialing).rejects.toMatchObject({ reason: 'LINK_UNREACHABLE' });
    server.close();
  });

  it('can be given up during the hello, and lets go of the carrier', async () => {
    const [one, two] = [testNode(), testNode()];
    const { dialed } = memoryCarriers(one.nodeId, two.nodeId);
    const stop = new AbortController();
    const dialing = dialLink(dialed, { ...optionsOf(one), limits: { lingerMs: 5 } }, stop.signal);
    stop.abort();
    await expect(dialing).rejects.toMatchObject({ message: 'the dial was given up' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(dialed.stream.destroyed).toBe(true);
  });

  it.each([404, 200])('fails with LINK_REFUSED when what listens is no node and says %i', async (status) => {
    const [one, two] = [testNode(), testNode()];
    const server = await foreignServer(two, status);
    const carrier = await dial(one, two.nodeId, server.address);
    await expect(dialLink(carrier, optionsOf(one))).rejects.toMatchObject({
      reason: 'LINK_REFUSED',
      message: expect.stringContaining(String(status)),
    });
    server.close();
  });

  it('fails with LINK_BAD_HELLO when somebody relays the connection with keys of his own', async () => {
    const [one, two] = [testNode(), testNode()];
    // The relay holds two connections, each with its own binding, and passes bytes on as they are.
    const left = memoryCarriers(one.nodeId, two.nodeId);
    const right = memoryCarriers(one.nodeId, two.nodeId);
    left.accepted.stream.pipe(right.dialed.stream).pipe(left.accepted.stream);
    const { Accepted, linkServer } = await import('./support.ts');
    const accepted = new Accepted();
    linkServer(accepted, optionsOf(two), () => right.accepted).emit('connection', right.accepted.stream);
    await expect(dialLink(left.dialed, optionsOf(one))).rejects.toMatchObject({ reason: 'LINK_BAD_HELLO' });
    await expect(accepted.next()).rejects.toMatchObject({ reason: 'LINK_BAD_HELLO' });
  });

  it('refuses to be a link to itself', async () => {
    const one = testNode();
    await using server = await listen(one);
    const carrier = await dial(one, one.nodeId, server.address);
    await expect(dialLink(carrier, optionsOf(one))).rejects.toMatchObject({ reason: 'LINK_BAD_HELLO' });
  });
});
