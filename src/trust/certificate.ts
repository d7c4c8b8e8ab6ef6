import type { KeyObject, X509Certificate } from 'node:crypto';
import { rawPublicKey } from './signature.ts';
import { isWeakKey } from './weak-key.ts';

/**
 * The node id that a certificate shows: its Ed25519 key, 32 bytes. `undefined` if it has a key of another kind, or one
 * that must not be believed. TLS has proved that the other side holds the key; whether to trust it is the keyring's.
 */
export function nodeIdOfCertificate(cert: X509Certificate): Uint8Array | undefined {
  const key = publicKeyOf(cert);
  if (key?.asymmetricKeyType !== 'ed25519') return undefined;
  const nodeId = rawPublicKey(key);
  return isWeakKey(nodeId) ? undefined : nodeId;
}

/** A key that Node cannot read is not Ed25519. */
function publicKeyOf(cert: X509Certificate): KeyObject | undefined {
  try {
    return cert.publicKey;
  } catch {
    return undefined;
  }
}
