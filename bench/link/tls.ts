/** Raw TLS sockets, for what has no server of its own. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { mutualTls, type Party, portOf } from './contender.ts';

/** Resolves to where it listens. */
export async function listenTls(own: Party, take: (socket: TLSSocket) => void): Promise<string> {
  const server = createServer(mutualTls(own), (socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy()); // the client has ended
    take(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function connectTls(address: string, own: Party): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port: portOf(address), ...mutualTls(own) });
  socket.setNoDelay(true);
  await once(socket, 'secureConnect');
  return socket;
}
