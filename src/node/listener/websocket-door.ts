/**
 * Links by WebSocket, at `WEBSOCKET_PATH`. What travels inside is a connection like one by TLS to this port: the same
 * keys, the same HTTP/2, and until its first request the same limits.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { messageOf } from '../../base/errors.ts';
import { acceptWebSocket } from '../../link/carrier/websocket.ts';
import { WEBSOCKET_PATH } from '../../trust/address.ts';
import { formatHostPort } from './addresses.ts';
import type { Http2Door } from './http2-door.ts';
import type { KeyAndCertificate } from './options.ts';
import type { Hall, Visit } from './visit.ts';

export interface WebSocketDoor {
  /** Answers the request and takes what follows. */
  enter(request: IncomingMessage, socket: Duplex, head: Buffer, visit: Visit): Promise<void>;
}

/** Whether a request asks for a WebSocket for a link. */
export function asksForLink({ url, headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket' && url?.split('?', 1)[0] === WEBSOCKET_PATH;
}

/** `tls` is the node's own: inside there is no other certificate to choose. */
export function createWebSocketDoor(hall: Hall, tls: KeyAndCertificate, http2: Http2Door): WebSocketDoor {
  return {
    async enter(request, socket, head, { connection }) {
      const { remoteAddress, remotePort } = connection;
      if (!hall.admission.beginAgain(connection)) return;
      connection.stage = 'tls';
      try {
        const remote = formatHostPort({ host: remoteAddress, port: remotePort });
        const carrier = await acceptWebSocket({ identity: tls, request, socket, head, remoteAddress: remote });
        connection.stage = 'http';
        const { peerNodeId, stream: tlsSocket } = carrier;
        // Behind the connection may be a proxy: what is inside comes from anywhere.
        const facts = { secure: true, loopback: false, remoteAddress, remotePort, peerNodeId, tlsSocket, carrier };
        http2.enter(tlsSocket, { connection, facts });
      } catch (error) {
        hall.log.debug('no link by WebSocket', { remoteAddress, error: messageOf(error) });
        hall.admission.settle(connection, 'TLS_FAILED');
        socket.destroy();
      }
    },
  };
}
