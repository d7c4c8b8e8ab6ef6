/** What is dialed, in a process of its own, as the last argument says: `node handshake-node.ts HOME link|http2|tls`. */
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { createClient } from '@connectrpc/connect';
import { AdminService } from '../../gen/towline/v1/admin_service_pb.ts';
import { fromHex } from '../../src/base/bytes.ts';
import { startNode } from '../../src/node/start.ts';
import { loadIdentity } from '../../src/trust/identity.ts';
import { serveQuestions } from '../lib/worker.ts';
import { floorRules } from './handshake-ways.ts';

const [home = '', way] = process.argv.slice(2);

/** Takes links of these keys, given as hex. Resolves to where it listens. */
async function serveLinks(trusted: readonly string[]): Promise<string> {
  const node = await startNode({ home, name: 'node', listen: { host: '127.0.0.1', port: 0 } });
  const { transport } = node.clients({ kind: 'owner', name: 'owner', groups: new Set() });
  const admin = createClient(AdminService, transport);
  for (const [n, key] of trusted.entries()) await admin.addTrust({ nodeId: fromHex(key), alias: `dialer-${n}` });
  return node.addresses[0] ?? '';
}

/** Takes anybody. */
async function serveFloor(): Promise<string> {
  const http2 = createHttp2Server();
  http2.on('stream', (stream) => {
    stream.on('error', () => stream.destroy()); // the dialer has ended
    stream.respond();
    stream.write('hello');
  });
  const identity = await loadIdentity(home);
  const server = createServer({ ...(await identity.tls()), ...floorRules, requestCert: true }, (socket) => {
    socket.on('error', () => socket.destroy()); // the dialer has ended
    if (way === 'http2') http2.emit('connection', socket);
    else socket.write('hello');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Processor time of this process so far, in milliseconds. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

serveQuestions({ serve: (trusted: readonly string[]) => (way === 'link' ? serveLinks(trusted) : serveFloor()), cpuMs });
