/** TLS 1.3 over TCP, with an Ed25519 certificate on both sides. The certificate's key is the node. */
import { connect, type TLSSocket } from 'node:tls';
import { equalBytes } from '../../base/bytes.ts';
import { LocalError, messageOf } from '../../base/errors.ts';
import { parseHostPort } from '../../trust/address.ts';
import { nodeIdOfCertificate } from '../../trust/certificate.ts';
import { shortNodeId } from '../../trust/node-id.ts';
import type { TlsIdentity } from '../../trust/tls-identity.ts';
import { CONNECT_MS } from '../limits.ts';
import type { Carrier } from './carrier.ts';

/** RFC 8446 §7.5: 32 bytes that both ends of this connection can compute, and nobody else. */
const exporterLabel = 'EXPORTER-towline-link-v1';
const exporterBytes = 32;

export interface TlsDialOptions {
  readonly identity: TlsIdentity;
  /** The key that must answer. */
  readonly nodeId: Uint8Array;
  /** "host:port"; IPv6 in brackets. */
  readonly address: string;
  readonly signal?: AbortSignal | undefined;
}

/** Connects to `address`. Throws LINK_UNREACHABLE, or LINK_KEY_MISMATCH if another key answers. */
export async function dialTls(options: TlsDialOptions): Promise<Carrier> {
  const socket = await connected(options);
  const key = peerKeyOf(socket);
  if (!key || !equalBytes(key, options.nodeId)) {
    socket.destroy();
    const found = key ? shortNodeId(key) : 'no Ed25519 key';
    throw new LocalError('LINK_KEY_MISMATCH', `${options.address} is not the node that was meant: it shows ${found}`, {
      help: 'the node there has another identity: see `towline id` on it, or ask it for a new invite',
      metadata: { address: options.address },
    });
  }
  return { kind: 'tls', stream: socket, binding: bindingOf(socket), peerNodeId: key, remoteAddress: options.address };
}

/** The carrier of a connection that a TLS server accepted; nothing if the other side showed no Ed25519 certificate. */
export function acceptedTls(socket: TLSSocket, remoteAddress: string): Carrier | undefined {
  const peerNodeId = peerKeyOf(socket);
  return peerNodeId && { kind: 'tls', stream: socket, binding: bindingOf(socket), peerNodeId, remoteAddress };
}

/** The Ed25519 key of the other side's certificate. */
export function peerKeyOf(socket: TLSSocket): Uint8Array | undefined {
  const certificate = socket.getPeerX509Certificate();
  return certificate && nodeIdOfCertificate(certificate);
}

function bindingOf(socket: TLSSocket): Uint8Array {
  return new Uint8Array(socket.exportKeyingMaterial(exporterBytes, exporterLabel, Buffer.alloc(0)));
}

function connected({ identity, address, signal }: TlsDialOptions): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  const { host, port } = parseHostPort(address);
  const socket = connect({
    host,
    port,
    ...identity,
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['h2'],
    // The key is checked by its bytes; there is no authority to ask.
    rejectUnauthorized: false,
    sigalgs: 'ed25519',
  });
  socket.setNoDelay(true);
  const fail = (why: string, cause?: unknown) => {
    socket.destroy();
    reject(unreachable(address, why, cause));
  };
  const timer = setTimeout(() => fail(`no answer in ${CONNECT_MS / 1_000} s`), CONNECT_MS);
  const onAbort = () => fail('given up', signal?.reason);
  const onError = (error: unknown) => fail(messageOf(error), error);
  signal?.addEventListener('abort', onAbort, { once: true });
  socket.once('error', onError);
  socket.once('close', () => fail('the connection was closed'));
  socket.once('secureConnect', () => resolve(socket));
  if (signal?.aborted) onAbort();
  return promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    socket.off('error', onError);
    socket.removeAllListeners('close');
  });
}

function unreachable(address: string, why: string, cause: unknown): LocalError {
  return new LocalError('LINK_UNREACHABLE', `${address} cannot be reached: ${why}`, {
    help: 'see that the node runs there and that this machine may reach its port',
    metadata: { address },
    cause,
  });
}
