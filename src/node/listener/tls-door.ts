/** TLS 1.3. The peer's key is its certificate's key: no authority is asked, and who the key is, others decide. */
import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { Connection } from './admission.ts';
import type { ConnectionFacts } from './facts.ts';
import type { KeyAndCertificate, ListenerOptions } from './options.ts';

type TlsOptions = Pick<ListenerOptions, 'tls' | 'ordinaryTls' | 'nodeIdOfCertificate'>;

export interface TlsDoor {
  /** Takes a connection from its first byte on. */
  enter(connection: Connection): void;
  /** Shows these keys to those who connect from now on. */
  renew(tls: KeyAndCertificate): void;
}

/** `onSecure` gets each connection whose handshake is done. Failed ones close by themselves. */
export function createTlsDoor(
  options: TlsOptions,
  onSecure: (connection: Connection, socket: TLSSocket, facts: ConnectionFacts) => void,
): TlsDoor {
  const waiting = new Map<string, Connection>();
  const server = createServer({
    ...certificates(options),
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['h2', 'http/1.1'],
    requestCert: true,
    rejectUnauthorized: false,
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    socket.on('error', () => socket.destroy()); // resets, mostly; nobody is left to tell
    const connection = waiting.get(endpointsOf(socket));
    if (connection) onSecure(connection, socket, secureFacts(connection, socket, options.nodeIdOfCertificate));
    else socket.destroy(); // reset in the meantime
  });
  server.on('tlsClientError', (_error, socket: TLSSocket) => socket.destroy());
  return {
    enter(connection) {
      const endpoints = endpointsOf(connection.socket);
      waiting.set(endpoints, connection);
      connection.socket.once('close', () => {
        if (waiting.get(endpoints) === connection) waiting.delete(endpoints);
      });
      server.emit('connection', connection.socket);
    },
    renew: (tls) => server.setSecureContext({ ...certificates({ ...options, tls }), minVersion: 'TLSv1.3' }),
  };
}

/** OpenSSL picks the certificate that the client can verify, in the client's order of preference. */
function certificates({ tls, ordinaryTls }: TlsOptions): { key: string[]; cert: string[] } {
  const all = ordinaryTls ? [tls, ordinaryTls] : [tls];
  return { key: all.map(({ key }) => key), cert: all.map(({ cert }) => cert) };
}

function secureFacts(
  { loopback, remoteAddress, remotePort }: Connection,
  tlsSocket: TLSSocket,
  nodeIdOf: (certificate: X509Certificate) => Uint8Array | undefined,
): ConnectionFacts {
  const certificate = tlsSocket.getPeerX509Certificate();
  const peerNodeId = certificate && nodeIdOf(certificate);
  return { secure: true, loopback, remoteAddress, remotePort, tlsSocket, ...(peerNodeId && { peerNodeId }) };
}

/**
 * Both ends' addresses and ports: unique among open TCP connections, and the same for a socket and for the TLS socket
 * that Node makes of it (which does not say of which socket it was made).
 */
function endpointsOf(socket: Socket): string {
  return [socket.remoteAddress, socket.remotePort, socket.localAddress, socket.localPort].join(' ');
}
