/**
 * A WebSocket, and inside it TLS with both nodes' keys. The way there may be anybody's: a proxy that terminates the outer
 * TLS carries a link that it cannot read. So nothing is asked of the outer certificate.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { LocalError } from '../../base/errors.ts';
import { parseAddress } from '../../trust/address.ts';
import type { TlsIdentity } from '../../trust/tls-identity.ts';
import { CONNECT_MS, WEBSOCKET_CLOSE_MS, WEBSOCKET_MESSAGE_BYTES } from '../limits.ts';
import type { Carrier } from './carrier.ts';
import { acceptInnerTls, dialInnerTls } from './inner-tls.ts';
import { failWith, takeStep, unreachable } from './step.ts';
import type { TlsDialOptions } from './tls.ts';
import type { SecureStream } from './tls-peer.ts';
import { WebSocketStream } from './websocket-stream.ts';

/** The subprotocol: both sides name it, so that no other WebSocket service is taken for a node. */
export const WEBSOCKET_PROTOCOL = 'towline-link-v1';

/** For both sides. Ciphertext does not compress. */
const socketRules = {
  perMessageDeflate: false,
  maxPayload: WEBSOCKET_MESSAGE_BYTES,
  closeTimeout: WEBSOCKET_CLOSE_MS,
};

/** The TLS around the WebSocket proves nothing to us, and the certificate of a node or a proxy nothing to it. */
const outerTls = { rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] };

/**
 * Connects to a "wss://…" or "ws://…" address, in `CONNECT_MS` for the WebSocket and as much for the TLS inside. Throws
 * LINK_UNREACHABLE, or LINK_KEY_MISMATCH if another key answers.
 */
export async function dialWebSocket({ identity, nodeId, address, signal }: TlsDialOptions): Promise<Carrier> {
  const stream = await openedStream(address, signal);
  const secure = await dialInnerTls({ identity, nodeId, stream, address, signal });
  return { kind: 'websocket', ...secure, remoteAddress: address };
}

async function openedStream(address: string, signal: AbortSignal | undefined): Promise<WebSocketStream> {
  const target = parseAddress(address);
  if (target.kind !== 'websocket') throw new LocalError('ADDRESS_INVALID', `${address} is no WebSocket's address`);
  const { WebSocket } = await import('ws');
  const socket = new WebSocket(target.url, [WEBSOCKET_PROTOCOL], {
    ...socketRules,
    handshakeTimeout: CONNECT_MS,
    ...outerTls,
  });
  const abandon = () => socket.terminate();
  return takeStep<WebSocketStream>({ signal, abandon, failure: unreachable(address) }, ({ done, fail }) => {
    socket.once('open', () => done(new WebSocketStream(socket)));
    socket.once('unexpected-response', (_request, { statusCode }) => fail(new Error(`it answers HTTP ${statusCode}`)));
    socket.on('error', fail);
  });
}

export interface WebSocketAcceptOptions {
  readonly identity: TlsIdentity;
  /** A GET that asks for a WebSocket, over HTTP/1.1. */
  readonly request: IncomingMessage;
  /** Its connection, owned from now on, and what was read of it behind the request. */
  readonly socket: Duplex;
  readonly head: Buffer;
  /** The other end of the connection, "host:port": the node's, or a proxy's. */
  readonly remoteAddress: string;
}

/**
 * Answers a request for a WebSocket, and takes the TLS inside it. Throws LINK_LOST, or LINK_UNTRUSTED if the other side
 * shows no Ed25519 key; the connection is closed then.
 */
export async function acceptWebSocket(options: WebSocketAcceptOptions): Promise<Carrier & SecureStream> {
  const { identity, remoteAddress } = options;
  const stream = await acceptedStream(options);
  const secure = await acceptInnerTls({ identity, stream, address: remoteAddress });
  return { kind: 'websocket', ...secure, remoteAddress };
}

async function acceptedStream({ request, socket, head, remoteAddress }: WebSocketAcceptOptions): Promise<Duplex> {
  const { WebSocketServer } = await import('ws');
  const server = new WebSocketServer({
    ...socketRules,
    noServer: true,
    clientTracking: false,
    handleProtocols: (names) => names.has(WEBSOCKET_PROTOCOL) && WEBSOCKET_PROTOCOL,
  });
  const abandon = () => socket.destroy();
  const failure = (why: string, cause: unknown) =>
    new LocalError('LINK_LOST', `no WebSocket with ${remoteAddress}: ${why}`, { cause });
  return takeStep<WebSocketStream>({ abandon, failure }, ({ done, fail }) => {
    // A request that asks wrongly is answered with 4xx, and closed.
    failWith(socket, fail);
    server.handleUpgrade(request, socket, head, (opened) => done(new WebSocketStream(opened)));
  });
}
