/**
 * TLS 1.3 with both nodes' keys inside any byte stream. Where the path is not ours (a WebSocket through a proxy, a relay),
 * whoever carries it sees ciphertext, and the link is bound to this TLS, end to end.
 */
import type { Duplex } from 'node:stream';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { LocalError } from '../../base/errors.ts';
import type { TlsIdentity } from '../../trust/tls-identity.ts';
import { failWith, takeStep } from './step.ts';
import { dialed, dialerOptions, type SecureStream, secureStreamOf, tlsRules } from './tls-peer.ts';

export interface InnerTlsOptions {
  readonly identity: TlsIdentity;
  /**
   * The bytes' way to the other node, owned from now on: it ends with the TLS inside it. It must deliver in a later turn
   * than it was written to, as sockets do.
   */
  readonly stream: Duplex;
  /** Where the other side is, for errors. */
  readonly address: string;
  readonly signal?: AbortSignal | undefined;
}

export interface InnerTlsDialOptions extends InnerTlsOptions {
  /** The key that must answer. */
  readonly nodeId: Uint8Array;
}

/**
 * The side that dials. Throws LINK_UNREACHABLE, or LINK_KEY_MISMATCH if another key answers; the stream is destroyed
 * then.
 */
export function dialInnerTls(options: InnerTlsDialOptions): Promise<SecureStream> {
  const { identity, stream } = options;
  return dialed(inside(stream, connect({ socket: stream, ...dialerOptions(identity) })), options);
}

/**
 * The side that is dialed. Whether to trust the key, others decide; that there is one is decided here. Throws LINK_LOST,
 * or LINK_UNTRUSTED if the other side shows no Ed25519 key; the stream is destroyed then.
 */
export async function acceptInnerTls({ identity, stream, address, signal }: InnerTlsOptions): Promise<SecureStream> {
  const abandon = () => stream.destroy();
  const failure = (why: string, cause: unknown) =>
    new LocalError('LINK_LOST', `no TLS with ${address}: ${why}`, { metadata: { address }, cause });
  const socket = await takeStep<TLSSocket>({ signal, abandon, failure }, ({ done, fail }) => {
    // A server for one connection: Node tells by nothing else of which stream a secure socket was made, and lets one
    // that no server made keep its errors to itself.
    const server = createServer({ ...identity, ...tlsRules, requestCert: true });
    server.once('tlsClientError', fail);
    server.once('secureConnection', (secure) => {
      failWith(secure, fail);
      done(inside(stream, secure));
    });
    server.emit('connection', stream);
  });
  const secure = secureStreamOf(socket);
  if (secure) return secure;
  socket.destroy();
  throw new LocalError('LINK_UNTRUSTED', `${address} shows no Ed25519 key`, { metadata: { address } });
}

/** Ties both together: they end alike, and neither outlives the other. */
function inside(stream: Duplex, socket: TLSSocket): TLSSocket {
  // As over TCP: when the other side has ended, so does this one.
  socket.allowHalfOpen = false;
  socket.once('close', () => stream.destroy());
  return socket;
}
