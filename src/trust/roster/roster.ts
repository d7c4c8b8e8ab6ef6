/** One roster: signing it, and verifying one that somebody sent. Pure. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { type Roster, RosterSchema, type SignedRoster, SignedRosterSchema } from '../../../gen/towline/v1/roster_pb.ts';
import type { Identity } from '../identity.ts';
import { nodeIdKey } from '../node-id.ts';
import { verify } from '../signature.ts';
import { MAX_MEMBERS, MAX_OWNER_CHANGES, MAX_REVOCATIONS, MAX_ROSTER_BYTES } from './limits.ts';
import { type GroupIdentity, hashOf, type OwnerChain, placeOf, readOwnerChain } from './owners.ts';
import { notSignedByOwner, rosterInvalid, rosterTooLarge } from './problems.ts';
import { checkRoster } from './rules.ts';

/** A roster that an owner of its group signed. Whether it is the newest is for whoever holds another one to say. */
export interface VerifiedRoster {
  readonly signed: SignedRoster;
  readonly body: Roster;
  /** SHA-256 of the body's bytes. */
  readonly hash: Uint8Array;
  readonly chain: OwnerChain;
}

/**
 * Checks the rules, the chain of owners from the founder's key on, and the signature; not the time. Throws
 * `ROSTER_INVALID`, `ROSTER_TOO_LARGE`, `ROSTER_CHAIN_BROKEN` or `ROSTER_SIGNER`.
 */
export function verifyRoster(shown: SignedRoster): VerifiedRoster {
  if (shown.body.length > MAX_ROSTER_BYTES) {
    throw rosterTooLarge(`${shown.body.length} bytes, at most ${MAX_ROSTER_BYTES}`);
  }
  const signed = ownCopy(shown);
  const body = readBody(signed.body);
  checkRoster(body);
  const chain = readOwnerChain(body, body.ownerChanges);
  if (placeOf(chain.owners, signed.signerId) === -1) throw notSignedByOwner();
  if (!verify(signed.signerId, signed.signature, 'towline-roster-v1', signed.body)) {
    throw rosterInvalid('its signature is wrong');
  }
  const members = new Set(body.members.map(({ nodeId }) => nodeIdKey(nodeId)));
  if (!chain.owners.every((owner) => members.has(nodeIdKey(owner)))) throw rosterInvalid('an owner is no member');
  return { signed, body, hash: hashOf(signed.body), chain };
}

/** Signs a roster, and verifies it as others will. Throws what `verifyRoster` throws. */
export function signRoster(signer: Identity, roster: Roster): VerifiedRoster {
  const body = toBinary(RosterSchema, roster);
  const signature = signer.sign('towline-roster-v1', body);
  return verifyRoster(create(SignedRosterSchema, { body, signerId: signer.nodeId, signature }));
}

/** Which group a roster is of. */
export function groupOf({ body }: VerifiedRoster): GroupIdentity {
  return { group: body.group, groupId: body.groupId };
}

/** Whether it gives trust no longer. */
export function isExpired({ body }: VerifiedRoster, nowMs: number): boolean {
  return body.expireTime !== undefined && timestampMs(body.expireTime) <= nowMs;
}

function readBody(bytes: Uint8Array): Roster {
  let parts: number;
  try {
    parts = countParts(bytes);
    if (parts <= MAX_PARTS) return fromBinary(RosterSchema, bytes, { readUnknownFields: false });
  } catch (error) {
    throw rosterInvalid('it is damaged', error);
  }
  throw rosterTooLarge(`${parts} parts; at most ${MAX_MEMBERS} members and ${MAX_REVOCATIONS} revocations`);
}

/** What is verified must stay as it is: the bytes shown may be a part of a buffer that somebody else uses again. */
function ownCopy({ body, signerId, signature }: SignedRoster): SignedRoster {
  const copy = (bytes: Uint8Array) => new Uint8Array(bytes);
  return create(SignedRosterSchema, { body: copy(body), signerId: copy(signerId), signature: copy(signature) });
}

/** All fields of a roster with every list full, and room for fields of the future. */
const MAX_PARTS = MAX_MEMBERS + MAX_REVOCATIONS + MAX_OWNER_CHANGES + 100;

/** The fields of a message, without reading them: a member that is left empty takes two bytes, but an object in memory. */
function countParts(bytes: Uint8Array): number {
  const reader = new BinaryReader(bytes);
  let count = 0;
  for (; reader.pos < reader.len; count++) {
    const [number, wireType] = reader.tag();
    reader.skip(wireType, number);
  }
  return count;
}
