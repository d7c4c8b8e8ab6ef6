/** A group as this node holds it: the roster in force, and what it knows beside. Changed never; replaced as a whole. */
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  type RosterFork,
  RosterForkSchema,
  type RosterMember,
  type RosterRevocation,
} from '../../../gen/towline/v1/roster_pb.ts';
import { equalBytes } from '../../base/bytes.ts';
import { nodeIdKey } from '../node-id.ts';
import { MAX_FORKS, MAX_KEPT_REVOCATIONS, MAX_VERSION_JUMP } from './limits.ts';
import { chooseChain, type GroupIdentity, partingOf } from './owners.ts';
import { notSignedByOwner, rosterExpired, rosterForeign, versionTooFar } from './problems.ts';
import { groupOf, isExpired, type VerifiedRoster } from './roster.ts';

/** By hex node id: the revocation of the highest version. */
export type Revocations = ReadonlyMap<string, RosterRevocation>;

export interface HeldGroup {
  /** What the group is called here. */
  readonly name: string;
  readonly roster: VerifiedRoster;
  /** Those of the roster and of all others that owners signed. */
  readonly revocations: Revocations;
  /** Names of this node's own for members, by hex node id. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Newest first. */
  readonly forks: readonly RosterFork[];
  readonly joinMs: number;
}

/** What became of a roster that somebody showed. */
export interface Taken {
  readonly held: HeldGroup;
  /** `taken`: it is in force now. `same`, `older`: it is not, though something of it may be (revocations). */
  readonly verdict: 'taken' | 'same' | 'older';
}

export function holdRoster(name: string, roster: VerifiedRoster, joinMs: number): HeldGroup {
  const revocations = withRevocations(new Map(), roster.body.revocations);
  return { name, roster, revocations, aliases: new Map(), forks: [], joinMs };
}

export function isSameGroup(left: GroupIdentity, right: GroupIdentity): boolean {
  return left.group === right.group && equalBytes(left.groupId, right.groupId);
}

/** Whether the group keeps a key out, whatever a roster that is not newer says of it. */
export function isRevoked({ revocations, roster }: HeldGroup, nodeId: Uint8Array): boolean {
  const revocation = revocations.get(nodeIdKey(nodeId));
  if (!revocation) return false;
  const member = memberOf(roster, nodeId);
  return !member || isOut(member, revocations);
}

/** The members that no revocation keeps out, whether or not the roster has expired. */
export function membersOf({ roster, revocations }: HeldGroup): RosterMember[] {
  if (revocations.size === 0) return roster.body.members;
  return roster.body.members.filter((member) => !isOut(member, revocations));
}

/** The entry of a key, if the group lets it in. */
export function memberInForce(held: HeldGroup, nodeId: Uint8Array): RosterMember | undefined {
  const member = memberOf(held.roster, nodeId);
  return member && !isOut(member, held.revocations) ? member : undefined;
}

/**
 * Compares a roster with the one that is held. Throws `ROSTER_FOREIGN`; or for one that would be taken but may not:
 * `ROSTER_EXPIRED`, `ROSTER_VERSION_JUMP`, or `ROSTER_SIGNER` if this node knows that its signer is revoked.
 */
export function takeRoster(held: HeldGroup, other: VerifiedRoster, nowMs: number): Taken {
  if (!isSameGroup(groupOf(held.roster), groupOf(other))) throw rosterForeign();
  if (equalBytes(held.roster.hash, other.hash)) return { held, verdict: 'same' };
  const chain = chooseChain(held.roster.chain, other.chain);
  const isNewer = chain === 'other' || (chain === 'same' && isHigher(other, held.roster));
  if (isNewer) checkAdmissible(held, other, nowMs);
  const fork = forkOf(held.roster, other, isNewer, nowMs);
  const forks = fork && !held.forks.some((known) => isSameFork(known, fork)) ? [fork, ...held.forks] : held.forks;
  // A roster that loses still tells whom an owner put out, if its signer is one in what is in force.
  const counts = isNewer || (chain === 'same' && !isRevoked(held, other.signed.signerId));
  const revocations = counts ? withRevocations(held.revocations, other.body.revocations) : held.revocations;
  const roster = isNewer ? other : held.roster;
  return {
    held: { ...held, roster, revocations, forks: forks.slice(0, MAX_FORKS) },
    verdict: isNewer ? 'taken' : 'older',
  };
}

/** Whether a group has revocations that its roster does not name: the next version must. */
export function hasLostRevocations({ roster, revocations }: HeldGroup): boolean {
  return roster.body.members.some((member) => isOut(member, revocations));
}

function isOut({ nodeId, sinceVersion }: RosterMember, revocations: Revocations): boolean {
  const revocation = revocations.get(nodeIdKey(nodeId));
  return revocation !== undefined && sinceVersion <= revocation.version;
}

/** By key, made when a roster is first asked. */
const indexes = new WeakMap<VerifiedRoster, ReadonlyMap<string, RosterMember>>();

function memberOf(roster: VerifiedRoster, nodeId: Uint8Array): RosterMember | undefined {
  const index = indexes.get(roster) ?? new Map(roster.body.members.map((member) => [nodeIdKey(member.nodeId), member]));
  indexes.set(roster, index);
  return index.get(nodeIdKey(nodeId));
}

function isHigher(other: VerifiedRoster, held: VerifiedRoster): boolean {
  if (other.body.version !== held.body.version) return other.body.version > held.body.version;
  return Buffer.compare(other.hash, held.hash) > 0;
}

function checkAdmissible(held: HeldGroup, other: VerifiedRoster, nowMs: number): void {
  if (isRevoked(held, other.signed.signerId)) throw notSignedByOwner();
  if (other.body.version > held.roster.body.version + BigInt(MAX_VERSION_JUMP)) throw versionTooFar();
  if (isExpired(other, nowMs)) throw rosterExpired();
}

/** Two rosters of one version, or two chains of owners that part. */
function forkOf(held: VerifiedRoster, other: VerifiedRoster, isNewer: boolean, nowMs: number): RosterFork | undefined {
  const [used, unused] = isNewer ? [other, held] : [held, other];
  const parted = partingOf(held.chain, other.chain).isFork;
  const seeTime = timestampFromMs(nowMs);
  if (parted || held.body.version === other.body.version) {
    const facts = { version: unused.body.version, usedHash: used.hash, otherHash: unused.hash, seeTime };
    return create(RosterForkSchema, { ...facts, otherSignerId: unused.signed.signerId });
  }
  const [lower, higher] = held.body.version < other.body.version ? [held, other] : [other, held];
  const follows = higher.body.version === lower.body.version + 1n;
  if (!follows || equalBytes(higher.body.previousHash, lower.hash)) return undefined;
  // The next version was made by somebody who held another roster of the version before.
  const facts = { version: lower.body.version, usedHash: higher.body.previousHash, otherHash: lower.hash, seeTime };
  return create(RosterForkSchema, { ...facts, otherSignerId: lower.signed.signerId });
}

/** The same two rosters, whichever counts. */
function isSameFork(left: RosterFork, right: RosterFork): boolean {
  const pair = (fork: RosterFork) =>
    [fork.usedHash, fork.otherHash]
      .map((hash) => nodeIdKey(hash))
      .sort()
      .join();
  return pair(left) === pair(right);
}

/** Both; of one key the higher. If they are too many, the newest. */
export function withRevocations(known: Revocations, more: readonly RosterRevocation[]): Revocations {
  const all = new Map(known);
  for (const revocation of more) {
    const key = nodeIdKey(revocation.nodeId);
    const old = all.get(key);
    if (!old || old.version < revocation.version) all.set(key, revocation);
  }
  if (all.size <= MAX_KEPT_REVOCATIONS) return all;
  const newest = [...all].sort(([, left], [, right]) => (left.version > right.version ? -1 : 1));
  return new Map(newest.slice(0, MAX_KEPT_REVOCATIONS));
}
