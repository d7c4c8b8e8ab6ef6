/**
 * Ed25519 (RFC 8032) by Node's own cryptography, for what happens often: hellos and tokens.
 * `portable-signature.ts` does the same where there is no Node; a test pins the two to each other.
 */
import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes,
} from 'node:crypto';
import { concatBytes, fromBase64Url, toHex } from '../base/bytes.ts';
import { LocalError } from '../base/errors.ts';
import { type Domain, signedBytes } from './domain.ts';
import { isWeakKey } from './weak-key.ts';

export const SEED_BYTES = 32;
export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

// What stands before the raw key in DER: RFC 8410 §7 (PKCS #8) and §4 (SubjectPublicKeyInfo).
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** The private key of a seed of 32 bytes. Throws `SEED_INVALID` for another length. */
export function privateKeyOf(seed: Uint8Array): KeyObject {
  if (seed.length !== SEED_BYTES) throw new LocalError('SEED_INVALID', `a seed is ${SEED_BYTES} bytes`);
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
}

/** The 32 bytes of the public key that belongs to a private or public one. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  // As DER it would take twenty times as long: OpenSSL looks for an encoder each time.
  return fromBase64Url(publicKey.export({ format: 'jwk' }).x ?? '');
}

export function sign(privateKey: KeyObject, domain: Domain, ...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(signBytes(null, signedBytes(domain, ...parts), privateKey));
}

/** Whether the key signed the parts for this domain. False, never an error, for bytes that are no key or signature. */
export function verify(publicKey: Uint8Array, signature: Uint8Array, domain: Domain, ...parts: Uint8Array[]): boolean {
  if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  if (isWeakKey(publicKey)) return false;
  return verifyBytes(null, signedBytes(domain, ...parts), publicKeyOf(publicKey), signature);
}

/** Keys as OpenSSL holds them, those asked for last. Making one takes a third of the time of a verification. */
const publicKeys = new Map<string, KeyObject>();
const MAX_PUBLIC_KEYS = 256;

function publicKeyOf(raw: Uint8Array): KeyObject {
  const name = toHex(raw);
  const known = publicKeys.get(name);
  publicKeys.delete(name);
  const key =
    known ?? createPublicKey({ key: Buffer.from(concatBytes(SPKI_PREFIX, raw)), format: 'der', type: 'spki' });
  publicKeys.set(name, key);
  const [oldest] = publicKeys.keys();
  if (publicKeys.size > MAX_PUBLIC_KEYS && oldest !== undefined) publicKeys.delete(oldest);
  return key;
}
