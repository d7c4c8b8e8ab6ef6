/** TLS 1.3 over TCP, with an Ed25519 certificate on both sides. The certificate's key is the node. */
import { connect, type TLSSocket } from 'node:tls';
import { parseHostPort } from '../../trust/address.ts';
import type { TlsIdentity } from '../../trust/tls-identity.ts';
import type { Carrier } from './carrier.ts';
import { dialed, dialerOptions, secureStreamOf } from './tls-peer.ts';

export interface TlsDialOptions {
  readonly identity: TlsIdentity;
  /** The key that must answer. */
  readonly nodeId: Uint8Array;
  /** "host:port"; IPv6 in brackets. */
  readonly address: string;
  readonly signal?: AbortSignal | undefined;
}

/** Connects to `address`. Throws LINK_UNREACHABLE, or LINK_KEY_MISMATCH if another key answers. */
export async function dialTls({ identity, nodeId, address, signal }: TlsDialOptions): Promise<Carrier> {
  const { host, port } = parseHostPort(address);
  const socket = connect({ host, port, ...dialerOptions(identity) });
  socket.setNoDelay(true);
  return { kind: 'tls', ...(await dialed(socket, { nodeId, address, signal })), remoteAddress: address };
}

/**
 * The carrier of a connection that a TLS server accepted; nothing if the other side showed no Ed25519 certificate.
 * `peerNodeId`: the key of the certificate, where it was read before.
 */
export function acceptedTls(socket: TLSSocket, remoteAddress: string, peerNodeId?: Uint8Array): Carrier | undefined {
  const secure = secureStreamOf(socket, peerNodeId);
  return secure && { kind: 'tls', ...secure, remoteAddress };
}
