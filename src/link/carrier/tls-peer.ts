/** What all TLS between nodes has in common, whatever it runs over: its rules, the keys, the binding, the dialer. */
import { createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { equalBytes } from '../../base/bytes.ts';
import { LocalError } from '../../base/errors.ts';
import { nodeIdOfCertificate } from '../../trust/certificate.ts';
import { formatNodeId, shortNodeId } from '../../trust/node-id.ts';
import type { TlsIdentity } from '../../trust/tls-identity.ts';
import { failWith, takeStep, unreachable } from './step.ts';

/** RFC 8446 §7.5: 32 bytes that both ends of this connection can compute, and nobody else. */
const exporterLabel = 'EXPORTER-towline-link-v1';
const exporterBytes = 32;

/** For both sides. The key is checked by its bytes; there is no authority to ask. */
export const tlsRules = { minVersion: 'TLSv1.3' as const, ALPNProtocols: ['h2'], rejectUnauthorized: false };

/** Key and certificate as OpenSSL holds them. Reading them takes longer than the rest of a dial: each identity's are read once. */
const contexts = new WeakMap<TlsIdentity, { readonly cert: string; readonly secureContext: SecureContext }>();

/** For the side that dials: a server with several certificates shows its Ed25519 one. */
export function dialerOptions(identity: TlsIdentity) {
  const { key, cert } = identity;
  let known = contexts.get(identity);
  if (known?.cert !== cert) {
    const { minVersion } = tlsRules;
    known = { cert, secureContext: createSecureContext({ key, cert, minVersion, sigalgs: 'ed25519' }) };
    contexts.set(identity, known);
  }
  return { ...tlsRules, secureContext: known.secureContext };
}

/** The clear side of a connection whose two keys are proved: what a `Carrier` needs of it. */
export interface SecureStream {
  readonly stream: TLSSocket;
  /** What a hello over this connection is bound to. */
  readonly binding: Uint8Array;
  /** The key that the other side has proved to hold. */
  readonly peerNodeId: Uint8Array;
}

/** The connection, if the other side showed an Ed25519 certificate: that of `peerNodeId`, where it was read before. Its handshake is done. */
export function secureStreamOf(stream: TLSSocket, peerNodeId = shownBy(stream)): SecureStream | undefined {
  return peerNodeId && { stream, binding: bindingOf(stream), peerNodeId };
}

function shownBy(stream: TLSSocket): Uint8Array | undefined {
  const certificate = stream.getPeerX509Certificate();
  return certificate && nodeIdOfCertificate(certificate);
}

function bindingOf(socket: TLSSocket): Uint8Array {
  return new Uint8Array(socket.exportKeyingMaterial(exporterBytes, exporterLabel, Buffer.alloc(0)));
}

export interface DialedOptions {
  /** The key that must answer. */
  readonly nodeId: Uint8Array;
  /** Where it is, for errors. */
  readonly address: string;
  readonly signal?: AbortSignal | undefined;
}

/** Waits for the handshake of a socket that dials. Throws LINK_UNREACHABLE, or LINK_KEY_MISMATCH if another key answers. */
export async function dialed(socket: TLSSocket, { nodeId, address, signal }: DialedOptions): Promise<SecureStream> {
  const abandon = () => socket.destroy();
  await takeStep<void>({ signal, abandon, failure: unreachable(address) }, ({ done, fail }) => {
    failWith(socket, fail);
    socket.once('secureConnect', done);
  });
  const secure = secureStreamOf(socket);
  if (secure && equalBytes(secure.peerNodeId, nodeId)) return secure;
  socket.destroy();
  const found = secure ? shortNodeId(secure.peerNodeId) : 'no Ed25519 key';
  throw new LocalError('LINK_KEY_MISMATCH', `${address} is not the node that was meant: it shows ${found}`, {
    help: 'the node there has another identity: see `towline id` on it, or ask it for a new invite',
    metadata: { address, ...(secure && { shown: formatNodeId(secure.peerNodeId) }) },
  });
}
