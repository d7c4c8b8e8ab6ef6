/** What a roster makes of keys that were rotated since it was signed: the word of the old key counts as in any keyring. */
import type { RosterMember } from '../../../gen/towline/v1/roster_pb.ts';
import type { Rotation } from '../../../gen/towline/v1/rotation_pb.ts';
import { equalBytes } from '../../base/bytes.ts';
import { type HeldGroup, memberInForce, membersOf } from './held.ts';
import { placeOf } from './owners.ts';

/** Which keys have taken the place of which, as this node has verified. */
export interface Successions {
  /** The key that a node has now which had this one; the same one if it has no successor. */
  latest(nodeId: Uint8Array): Uint8Array;
  /** All keys before this one, the newest first. */
  before(nodeId: Uint8Array): Uint8Array[];
  /** The signed rotations from a key on, oldest first. */
  proofFrom(nodeId: Uint8Array): Rotation[];
}

export const noSuccessions: Successions = { latest: (nodeId) => nodeId, before: () => [], proofFrom: () => [] };

/** The entry of a key, or of one that it has taken the place of. */
export function memberWithKey(held: HeldGroup, nodeId: Uint8Array, known: Successions): RosterMember | undefined {
  for (const key of [nodeId, ...known.before(nodeId)]) {
    const member = memberInForce(held, key);
    if (member) return member;
  }
  return undefined;
}

/** Members whose entry an owner should sign anew. Owners see to their own: nobody else can change them. */
export function outdatedMembers(held: HeldGroup, known: Successions): RosterMember[] {
  const { owners } = held.roster.chain;
  return membersOf(held).filter(
    ({ nodeId }) => !equalBytes(known.latest(nodeId), nodeId) && placeOf(owners, nodeId) === -1,
  );
}

/** The rotations in a roster that this node does not know. */
export function newRotations({ roster }: HeldGroup, known: Successions): Rotation[][] {
  return roster.body.members.flatMap(({ nodeId, rotations }) =>
    rotations.length > 0 && known.before(nodeId).length < rotations.length ? [rotations] : [],
  );
}
