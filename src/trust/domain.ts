/**
 * What a signature is for. Everything signed begins with one of these names, so that a signature made for one purpose
 * is worth nothing for another.
 */
import { concatBytes } from '../base/bytes.ts';

/** All purposes that a node's key signs for. The number is the version of what follows the name. */
export const DOMAINS = [
  /** A hello of a link: side, channel binding, HelloBody. */
  'towline-link-v1',
  /** An invite: InviteBody. */
  'towline-invite-v1',
  /** A bearer token: TokenBody. */
  'towline-token-v1',
  /** A new key of a node: RotationBody. */
  'towline-rotate-v1',
  /** That this instance of a node runs: nonce, instance id. */
  'towline-instance-v1',
  /** A group's roster: Roster. */
  'towline-roster-v1',
  /** A change of a group's owners: OwnersBody. */
  'towline-owners-v1',
  /** Where the audit log stands: the word "checkpoint" or "head", a hash, numbers. */
  'towline-audit-v1',
] as const;

export type Domain = (typeof DOMAINS)[number];

/** No name of a domain contains a zero byte, so none can run on into what follows. */
const END_OF_NAME = Uint8Array.of(0);

/**
 * The bytes that are signed: the domain, a zero byte, the parts. Parts are joined as they are: all but the last must
 * have a fixed length.
 */
export function signedBytes(domain: Domain, ...parts: Uint8Array[]): Uint8Array {
  return concatBytes(Buffer.from(domain), END_OF_NAME, ...parts);
}
