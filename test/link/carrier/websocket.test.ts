import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { acceptWebSocket, dialWebSocket } from '../../../src/link/carrier/websocket.ts';
import { testCarrier } from '../../compliance/carrier.ts';
import { testNode } from '../support.ts';
import { Arrivals, deadPort, hostOf, silentHost } from './hosts.ts';

testCarrier('WebSocket', async () => {
  const [dialer, acceptor] = [testNode(), testNode()];
  const arrivals = new Arrivals();
  const tls = await acceptor.tls();
  const server = createServer(tls);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const remoteAddress = `127.0.0.1:${request.socket.remotePort}`;
    acceptWebSocket({ identity: tls, request, socket, head, remoteAddress }).then(
      (carrier) => arrivals.add(carrier),
      () => undefined, // the test sees the dialer's side of it
    );
  });
  const [host, silent] = [await hostOf(server), await silentHost()];
  const identity = await dialer.tls();
  const address = `wss://127.0.0.1:${host.port}/link`;
  const dial = (to: string, nodeId: Uint8Array, signal?: AbortSignal) =>
    dialWebSocket({ identity, nodeId, address: to, signal });
  return {
    kind: 'websocket',
    dialer,
    acceptor,
    address,
    dial,
    deadAddress: `wss://127.0.0.1:${await deadPort()}/link`,
    silentAddress: `wss://127.0.0.1:${silent.port}/link`,
    async connect(signal) {
      const dialed = await dial(address, acceptor.nodeId, signal);
      return { dialed, accepted: await arrivals.next() };
    },
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await silent[Symbol.asyncDispose]();
    },
  };
});
