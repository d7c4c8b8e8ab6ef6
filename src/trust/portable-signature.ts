/**
 * Ed25519 (RFC 8032) in portable code, for browsers, clients and test vectors: the same answers as `signature.ts`,
 * about sixteen times slower.
 *
 * The two could differ in one case: a signature that the owner of a key crafted with a component of small order. Node
 * checks the equation without the cofactor, this code with it. Only a key's owner can make one, of their own words.
 */
import { getPublicKeyAsync, signAsync, verifyAsync } from '@noble/ed25519';
import { type Domain, signedBytes } from './domain.ts';
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from './signature.ts';

/** The public key of a seed of 32 bytes. */
export async function portablePublicKey(seed: Uint8Array): Promise<Uint8Array> {
  return getPublicKeyAsync(seed);
}

export async function portableSign(seed: Uint8Array, domain: Domain, ...parts: Uint8Array[]): Promise<Uint8Array> {
  return signAsync(signedBytes(domain, ...parts), seed);
}

/** Whether the key signed the parts for this domain. False, never an error, for bytes that are no key or signature. */
export async function portableVerify(
  publicKey: Uint8Array,
  signature: Uint8Array,
  domain: Domain,
  ...parts: Uint8Array[]
): Promise<boolean> {
  if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  // Without `zip215: false`, weak keys and second encodings would pass.
  return verifyAsync(signature, signedBytes(domain, ...parts), publicKey, { zip215: false });
}
