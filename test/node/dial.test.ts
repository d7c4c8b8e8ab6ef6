import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { acceptWebSocket } from '../../src/link/carrier/websocket.ts';
import { createDialer } from '../../src/node/dial.ts';
import { deadPort, type Host, hostOf, silentHost } from '../link/carrier/hosts.ts';
import { Accepted, linkServer, listen, optionsOf, testNode } from '../link/support.ts';

const [one, two] = [testNode(), testNode()];

/** Takes links of `two` by WebSocket. */
async function webSocketHost(): Promise<Host> {
  const server = createServer();
  const identity = await two.tls();
  server.on('upgrade', (request, socket, head) => {
    acceptWebSocket({ identity, request, socket, head, remoteAddress: '127.0.0.1:1' }).then(
      (carrier) => linkServer(new Accepted(), optionsOf(two), () => carrier).emit('connection', carrier.stream),
      () => undefined,
    );
  });
  return hostOf(server);
}

async function dial(...addresses: string[]) {
  const dialer = createDialer({
    identity: one as never,
    tls: await one.tls(),
    hello: () => ({ instanceId: one.instanceId, software: 'test/1' }),
    addressesOf: () => addresses,
    locate: async () => [],
    hubs: () => [],
    dialThrough: () => Promise.reject(new Error('nobody relays here')),
    succession: { own: () => [], follow: async () => undefined },
    log: silentLog,
  });
  const link = await dialer.dial(two.nodeId, new AbortController().signal);
  const { carrier, remoteAddress } = link;
  link.close(0, 'done');
  await link.closed;
  return { carrier, remoteAddress };
}

describe('dialing a peer', () => {
  it('goes directly where that works, whatever stands first', async () => {
    await using direct = await listen(two);
    await using webSocket = await webSocketHost();
    const link = await dial(`ws://127.0.0.1:${webSocket.port}/link`, direct.address);
    expect(link).toEqual({ carrier: 'tls', remoteAddress: direct.address });
  });

  it('goes by WebSocket where nothing else works', async () => {
    await using webSocket = await webSocketHost();
    const address = `ws://127.0.0.1:${webSocket.port}/link`;
    const link = await dial(`127.0.0.1:${await deadPort()}`, `ws://127.0.0.1:${await deadPort()}/link`, address);
    expect(link).toEqual({ carrier: 'websocket', remoteAddress: address });
  });

  it('does not wait for addresses that swallow what is sent to them, one after the other', async () => {
    await using direct = await listen(two);
    const silent = await Promise.all([silentHost(), silentHost(), silentHost()]);
    const startMs = performance.now();
    const link = await dial(...silent.map(({ port }) => `127.0.0.1:${port}`), direct.address);
    expect(link.remoteAddress).toBe(direct.address);
    expect(performance.now() - startMs).toBeLessThan(3_000); // one of them alone would take as long
    for (const host of silent) await host[Symbol.asyncDispose]();
  });

  it('passes by a node with another key', async () => {
    await using other = await listen(testNode());
    await using direct = await listen(two);
    expect((await dial(other.address, direct.address)).remoteAddress).toBe(direct.address);
  });

  it('says why each address failed, or that there is none', async () => {
    const [left, right] = [await deadPort(), await deadPort()];
    const failing = dial(`127.0.0.1:${left}`, `wss://127.0.0.1:${right}/link`);
    await expect(failing).rejects.toMatchObject({
      reason: 'LINK_UNREACHABLE',
      message: expect.stringMatching(new RegExp(`127.0.0.1:${left} .*; wss://127.0.0.1:${right}/link `)),
    });
    await expect(dial()).rejects.toMatchObject({ message: 'no address of it is known' });
  });
});
