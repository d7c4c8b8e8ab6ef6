import { createServer } from 'node:tls';
import { acceptedTls, dialTls } from '../../../src/link/carrier/tls.ts';
import { testCarrier } from '../../compliance/carrier.ts';
import { testNode } from '../support.ts';
import { Arrivals, deadPort, hostOf, silentHost } from './hosts.ts';

testCarrier('TLS', async () => {
  const [dialer, acceptor] = [testNode(), testNode()];
  const arrivals = new Arrivals();
  const rules = { requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.3', ALPNProtocols: ['h2'] } as const;
  const server = createServer({ ...(await acceptor.tls()), ...rules, ALPNProtocols: ['h2'] }, (socket) => {
    socket.on('error', () => socket.destroy());
    const carrier = acceptedTls(socket, `127.0.0.1:${socket.remotePort}`);
    if (carrier) arrivals.add(carrier);
  });
  const [host, silent] = [await hostOf(server), await silentHost()];
  const identity = await dialer.tls();
  const address = `127.0.0.1:${host.port}`;
  const dial = (to: string, nodeId: Uint8Array, signal?: AbortSignal) =>
    dialTls({ identity, nodeId, address: to, signal });
  return {
    kind: 'tls',
    dialer,
    acceptor,
    address,
    dial,
    deadAddress: `127.0.0.1:${await deadPort()}`,
    silentAddress: `127.0.0.1:${silent.port}`,
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
