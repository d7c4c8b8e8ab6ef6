/** Who owns a group: the founder, then whoever the signed changes name. Pure. */
import { createHash } from 'node:crypto';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  type OwnersBody,
  OwnersBodySchema,
  type SignedOwners,
  SignedOwnersSchema,
} from '../../../gen/towline/v1/roster_pb.ts';
import { equalBytes } from '../../base/bytes.ts';
import type { Identity } from '../identity.ts';
import { nodeIdKey } from '../node-id.ts';
import { PUBLIC_KEY_BYTES, verify } from '../signature.ts';
import { isWeakKey } from '../weak-key.ts';
import { MAX_OWNER_CHANGES, MAX_OWNERS } from './limits.ts';
import { chainBroken, groupFull, ownerSenior, rosterInvalid } from './problems.ts';

/** A group among all groups of the world. */
export interface GroupIdentity {
  readonly group: string;
  /** The founder's key. */
  readonly groupId: Uint8Array;
}

/** One change of owners, verified. */
export interface OwnerLink {
  readonly signed: SignedOwners;
  readonly hash: Uint8Array;
  readonly signerId: Uint8Array;
  /** The signer's place among the owners before the change; 0 is the first. */
  readonly rank: number;
}

export interface OwnerChain {
  readonly links: readonly OwnerLink[];
  /** The owners after all changes, the first counts most. Never empty. */
  readonly owners: readonly Uint8Array[];
}

const NOTHING = new Uint8Array(0);

export function hashOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}

/** Verifies every change from the founding on. Throws `ROSTER_CHAIN_BROKEN` or `ROSTER_INVALID`. */
export function readOwnerChain(identity: GroupIdentity, changes: readonly SignedOwners[]): OwnerChain {
  if (changes.length > MAX_OWNER_CHANGES) throw rosterInvalid('its owners changed too often');
  const links: OwnerLink[] = [];
  let owners: readonly Uint8Array[] = [identity.groupId];
  for (const signed of changes) {
    const body = readBody(signed);
    if (body.group !== identity.group || !equalBytes(body.groupId, identity.groupId)) {
      throw chainBroken('a change of owners belongs to another group');
    }
    if (!equalBytes(body.previousHash, links.at(-1)?.hash ?? NOTHING))
      throw chainBroken('a change of owners is missing');
    const rank = placeOf(owners, signed.signerId);
    if (rank === -1) throw chainBroken('a change of owners is signed by a key that was no owner then');
    if (!verify(signed.signerId, signed.signature, 'towline-owners-v1', signed.body)) {
      throw chainBroken('the signature of a change of owners is wrong');
    }
    checkOwners(owners, body.owners, rank);
    owners = body.owners;
    links.push({ signed, hash: hashOf(signed.body), signerId: signed.signerId, rank });
  }
  return { links, owners };
}

/** Signs the next change. Throws `OWNER_SENIOR`, `GROUP_FULL` or `ROSTER_CHAIN_BROKEN` for an owner that is none. */
export function signOwners(
  signer: Identity,
  { group, groupId }: GroupIdentity,
  chain: OwnerChain,
  owners: readonly Uint8Array[],
  nowMs: number,
): SignedOwners {
  if (owners.length > MAX_OWNERS) throw groupFull('owners');
  if (chain.links.length >= MAX_OWNER_CHANGES) throw groupFull('changes of owners');
  const rank = placeOf(chain.owners, signer.nodeId);
  if (rank === -1) throw chainBroken('this node is no owner');
  checkOwners(chain.owners, owners, rank);
  const previousHash = chain.links.at(-1)?.hash ?? NOTHING;
  const createTime = timestampFromMs(nowMs);
  const body = toBinary(
    OwnersBodySchema,
    create(OwnersBodySchema, { group, groupId, previousHash, owners: [...owners], createTime }),
  );
  const signature = signer.sign('towline-owners-v1', body);
  return create(SignedOwnersSchema, { body, signerId: signer.nodeId, signature });
}

/**
 * The chain that a new change continues. If it is full, an owner goes back to where somebody behind it signed first: its
 * own change counts there, so that nobody keeps an owner from removing them by filling the chain.
 */
export function baseFor(signer: Uint8Array, group: GroupIdentity, chain: OwnerChain): OwnerChain {
  if (chain.links.length < MAX_OWNER_CHANGES) return chain;
  const rank = placeOf(chain.owners, signer);
  const at = chain.links.findIndex((link) => link.rank > rank);
  if (at === -1) return chain;
  const changes = chain.links.slice(0, at).map(({ signed }) => signed);
  return readOwnerChain(group, changes);
}

/** The place of a key among owners; -1 if it is none. */
export function placeOf(owners: readonly Uint8Array[], nodeId: Uint8Array): number {
  return owners.findIndex((owner) => equalBytes(owner, nodeId));
}

/** Whether one chain is the beginning of the other; if not, where they part. */
export function partingOf(left: OwnerChain, right: OwnerChain): { at: number; isFork: boolean } {
  const shorter = Math.min(left.links.length, right.links.length);
  for (let at = 0; at < shorter; at++) {
    const [one, other] = [left.links[at], right.links[at]];
    if (one && other && !equalBytes(one.hash, other.hash)) return { at, isFork: true };
  }
  return { at: shorter, isFork: false };
}

/**
 * Which of two verified chains of one group counts. Where both go the same way, the longer one. Where they part, the
 * change of the owner who stood first there: nobody takes a group from an owner before them. Of two changes that one
 * owner signed, the one after which it is an owner no longer (whoever gave a key up may not have been the one who uses
 * it now), then the longer chain, then the higher hash. A key that is no owner any more in the chain that is held
 * changes nothing in it, whatever it signs.
 */
export function chooseChain(held: OwnerChain, other: OwnerChain): 'same' | 'held' | 'other' {
  const { at, isFork } = partingOf(held, other);
  const [ours, theirs] = [held.links[at], other.links[at]];
  if (!isFork) {
    if (!ours && !theirs) return 'same';
    return theirs ? 'other' : 'held';
  }
  if (!ours || !theirs) return 'held';
  if (placeOf(held.owners, theirs.signerId) === -1) return 'held';
  if (ours.rank !== theirs.rank) return theirs.rank < ours.rank ? 'other' : 'held';
  if (placeOf(other.owners, theirs.signerId) === -1) return 'other';
  if (held.links.length !== other.links.length) return other.links.length > held.links.length ? 'other' : 'held';
  return Buffer.compare(theirs.hash, ours.hash) > 0 ? 'other' : 'held';
}

/** As in the schema: sixteen keys and some. */
const MAX_BODY_BYTES = 1024;

function readBody(signed: SignedOwners): OwnersBody {
  if (signed.body.length > MAX_BODY_BYTES) throw rosterInvalid('a change of owners is too long');
  try {
    return fromBinary(OwnersBodySchema, signed.body, { readUnknownFields: false });
  } catch (error) {
    throw rosterInvalid('a change of owners is damaged', error);
  }
}

/** The rules of the schema, and that everybody before the signer stays. */
function checkOwners(before: readonly Uint8Array[], after: readonly Uint8Array[], rank: number): void {
  if (after.length === 0 || after.length > MAX_OWNERS) throw rosterInvalid(`a group has 1 to ${MAX_OWNERS} owners`);
  if (after.some((owner) => owner.length !== PUBLIC_KEY_BYTES || isWeakKey(owner))) {
    throw rosterInvalid('an owner has a key that is none');
  }
  if (new Set(after.map(nodeIdKey)).size !== after.length) throw rosterInvalid('an owner is named twice');
  const stays = before.slice(0, rank).every((owner, place) => equalBytes(owner, after[place] ?? NOTHING));
  if (!stays) throw ownerSenior();
}
