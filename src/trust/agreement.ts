/**
 * The X25519 keys (RFC 7748) that belong to a node's Ed25519 key: what is sealed for a node needs no second key to be
 * exchanged, and whoever trusts the node id knows for whom it seals.
 */
import { createHash } from 'node:crypto';
import { etc, Point } from '@noble/ed25519';
import { checkNodeId } from './node-id.ts';

export const AGREEMENT_KEY_BYTES = 32;

/** The secret scalar of a seed: the clamped half of its SHA-512 (RFC 8032 §5.1.5), which X25519 takes as it stands. */
export function agreementSecretOf(seed: Uint8Array): Uint8Array {
  const scalar = new Uint8Array(createHash('sha512').update(seed).digest().subarray(0, AGREEMENT_KEY_BYTES));
  scalar[0] = (scalar[0] ?? 0) & 0xf8;
  scalar[31] = ((scalar[31] ?? 0) & 0x7f) | 0x40;
  return scalar;
}

/** The public key: u = (1 + y) / (1 - y) (RFC 7748 §4.1). Throws `NODE_ID_INVALID` for what is no key, or a weak one. */
export function agreementKeyOf(nodeId: Uint8Array): Uint8Array {
  checkNodeId(nodeId);
  const { p } = Point.CURVE();
  const { y } = Point.fromBytes(nodeId).toAffine();
  const u = ((1n + y) * etc.invert((p + 1n - y) % p, p)) % p;
  const bytes = new Uint8Array(AGREEMENT_KEY_BYTES);
  for (let index = 0, rest = u; index < AGREEMENT_KEY_BYTES; index++, rest >>= 8n) bytes[index] = Number(rest & 0xffn);
  return bytes;
}
