import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { acceptWebSocket, dialWebSocket } from '../../../src/link/carrier/websocket.ts';
import { type CarrierUnderTest, testCarrier } from '../../compliance/carrier.ts';
import { testNode } from '../support.ts';
import { Arrivals, deadPort, hostOf, silentHost } from './hosts.ts';

testCarrier('WebSocket', () => start('wss'));
testCarrier('WebSocket without outer TLS', () => start('ws'));

async function start(scheme: 'wss' | 'ws'): Promise<CarrierUnderTest> {
  const [dialer, acceptor] = [testNode(), testNode()];
  const arrivals = new Arrivals();
  const server = scheme === 'wss' ? createHttpsServer(await acceptor.tls()) : createHttpServer();
  const tls = await acceptor.tls();
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const remoteAddress = `127.0.0.1:${request.socket.remotePort}`;
    acceptWebSocket({ identity: tls, request, socket, head, remoteAddress }).then(
      (carrier) => arrivals.add(carrier),
      () => undefined, // the test sees the dialer's side of it
    );
  });
  const [host, silent] = [await hostOf(server), await silentHost()];
  const identity = await dialer.tls();
  const address = `${scheme}://127.0.0.1:${host.port}/link`;
  const dial = (to: string, nodeId: Uint8Array, signal?: AbortSignal) =>
    dialWebSocket({ identity, nodeId, address: to, signal });
  return {
    kind: 'websocket',
    dialer,
    acceptor,
    address,
    dial,
    deadAddress: `${scheme}://127.0.0.1:${await deadPort()}/link`,
    silentAddress: `${scheme}://127.0.0.1:${silent.port}/link`,
    async connect(signal) {
      const dialed = await dial(address, acceptor.nodeId, signal);
      return { dialed, accepted: await arrivals.next() };
    },
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await silent[Symbol.asyncDispose]();
    },
  };
}
