/** The next version of a roster, signed by an owner. Pure, apart from the signer's key. */
import { create } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import {
  type RosterMember,
  RosterMemberSchema,
  type RosterRevocation,
  RosterRevocationSchema,
  RosterSchema,
  type SignedOwners,
} from '../../../gen/towline/v1/roster_pb.ts';
import type { Rotation } from '../../../gen/towline/v1/rotation_pb.ts';
import { equalBytes } from '../../base/bytes.ts';
import type { Identity } from '../identity.ts';
import { formatNodeId, nodeIdKey } from '../node-id.ts';
import { MAX_ROTATIONS } from '../rotation.ts';
import { type HeldGroup, membersOf } from './held.ts';
import { MAX_MEMBERS, MAX_REVOCATIONS } from './limits.ts';
import { baseFor, placeOf, signOwners } from './owners.ts';
import { groupFull, memberAliasTaken, ownerSenior } from './problems.ts';
import { groupOf, signRoster, type VerifiedRoster } from './roster.ts';

/** Somebody to let in. */
export interface NewMember {
  readonly nodeId: Uint8Array;
  readonly alias: string;
  readonly role?: string;
  readonly addresses?: readonly string[];
}

/** A roster on its way to the next version. */
export class Draft {
  readonly #held: HeldGroup;
  readonly #signer: Identity;
  readonly #ownersSigner: Identity;
  readonly #nowMs: number;
  readonly #version: bigint;
  readonly #members: Map<string, RosterMember>;
  readonly #revocations: Map<string, RosterRevocation>;
  #owners: readonly Uint8Array[];

  /** `ownersSigner` signs a change of owners, if it is another than the roster's signer: the key that the signer had before. */
  constructor(held: HeldGroup, signer: Identity, nowMs: number, ownersSigner: Identity = signer) {
    this.#held = held;
    this.#signer = signer;
    this.#ownersSigner = ownersSigner;
    this.#nowMs = nowMs;
    this.#version = nextVersion(held);
    this.#members = new Map(membersOf(held).map((member) => [nodeIdKey(member.nodeId), member]));
    const out = [...held.revocations].filter(([key]) => !this.#members.has(key));
    out.sort(([, left], [, right]) => (left.version > right.version ? -1 : 1));
    this.#revocations = new Map(out.slice(0, MAX_REVOCATIONS));
    this.#owners = held.roster.chain.owners;
  }

  /** Adds a key, or changes what is said of it. Throws `ALIAS_TAKEN` or `GROUP_FULL`. */
  admit({ nodeId, alias, role, addresses }: NewMember): void {
    const key = nodeIdKey(nodeId);
    const known = this.#members.get(key);
    const holder = [...this.#members.values()].find((member) => member.alias === alias);
    if (holder && holder !== known) throw memberAliasTaken(this.#held.name, alias, formatNodeId(holder.nodeId));
    if (!known && this.#members.size >= MAX_MEMBERS) throw groupFull('members');
    const member = create(RosterMemberSchema, {
      nodeId,
      alias,
      role: role ?? known?.role ?? '',
      addresses: [...(addresses ?? known?.addresses ?? [])],
      rotations: known?.rotations ?? [],
      sinceVersion: known?.sinceVersion ?? this.#version,
    });
    this.#members.set(key, member);
    this.#revocations.delete(key);
  }

  /**
   * Puts a key out, its ownership included. Throws `OWNER_SENIOR`. If the list is full the oldest revocation leaves it:
   * it has done its work, and nodes remember it beside the roster.
   */
  revoke(nodeId: Uint8Array): void {
    const key = nodeIdKey(nodeId);
    if (placeOf(this.#owners, nodeId) !== -1) this.disown(nodeId);
    if (this.#revocations.size >= MAX_REVOCATIONS) this.#forgetOldest();
    this.#members.delete(key);
    const revokeTime = timestampFromMs(this.#nowMs);
    this.#revocations.set(key, create(RosterRevocationSchema, { nodeId, version: this.#version, revokeTime }));
  }

  #forgetOldest(): void {
    const [first] = [...this.#revocations].sort(([, left], [, right]) => (left.version < right.version ? -1 : 1));
    if (first) this.#revocations.delete(first[0]);
  }

  /** A member has another key now: the old one is out, and the new one is what it was, an owner included. */
  succeed(oldId: Uint8Array, newId: Uint8Array, rotations: readonly Rotation[]): void {
    const known = this.#members.get(nodeIdKey(oldId));
    if (!known) return;
    this.#members.delete(nodeIdKey(oldId));
    if (this.#revocations.size >= MAX_REVOCATIONS) this.#forgetOldest();
    const revokeTime = timestampFromMs(this.#nowMs);
    const revocation = { nodeId: oldId, version: this.#version, revokeTime };
    this.#revocations.set(nodeIdKey(oldId), create(RosterRevocationSchema, revocation));
    this.#revocations.delete(nodeIdKey(newId));
    const chain = [...known.rotations, ...rotations].slice(-MAX_ROTATIONS);
    const member = create(RosterMemberSchema, {
      ...known,
      nodeId: newId,
      sinceVersion: this.#version,
      rotations: chain,
    });
    this.#members.set(nodeIdKey(newId), member);
    this.#owners = this.#owners.map((owner) => (equalBytes(owner, oldId) ? newId : owner));
  }

  /** Makes a member an owner, behind the others. */
  own(nodeId: Uint8Array): void {
    if (placeOf(this.#owners, nodeId) === -1) this.#owners = [...this.#owners, nodeId];
  }

  /**
   * Makes an owner a member like others. Throws `OWNER_SENIOR` for one who stands before the signer. The signer itself
   * only goes to the last place: a roster that its own signer is no owner of could not be told from a thief's.
   */
  disown(nodeId: Uint8Array): void {
    const { owners } = this.#held.roster.chain;
    if (placeOf(owners, nodeId) < placeOf(owners, this.#signer.nodeId)) throw ownerSenior();
    const others = this.#owners.filter((owner) => !equalBytes(owner, nodeId));
    this.#owners = equalBytes(nodeId, this.#signer.nodeId) ? [...others, nodeId] : others;
  }

  #changeOwners(): SignedOwners[] {
    const group = groupOf(this.#held.roster);
    const base = baseFor(this.#ownersSigner.nodeId, group, this.#held.roster.chain);
    const change = signOwners(this.#ownersSigner, group, base, this.#owners, this.#nowMs);
    return [...base.links.map(({ signed }) => signed), change];
  }

  /** Throws what `signRoster` and `signOwners` throw. */
  sign(): VerifiedRoster {
    const { roster } = this.#held;
    const { chain, body } = roster;
    const isSame =
      chain.owners.length === this.#owners.length &&
      chain.owners.every((owner, place) => equalBytes(owner, this.#owners[place] ?? new Uint8Array(0)));
    const ownerChanges = isSame ? body.ownerChanges : this.#changeOwners();
    const next = create(RosterSchema, {
      ...groupOf(roster),
      version: this.#version,
      previousHash: roster.hash,
      ownerChanges,
      members: [...this.#members.values()].sort((left, right) => (left.alias < right.alias ? -1 : 1)),
      revocations: [...this.#revocations.values()],
      createTime: timestampFromMs(this.#nowMs),
    });
    const lifeMs = lifetimeOf(roster);
    if (lifeMs !== undefined) next.expireTime = timestampFromMs(this.#nowMs + lifeMs);
    return signRoster(this.#signer, next);
  }
}

/** The first roster of a group: its founder and those whom it brings. Throws what `signRoster` throws. */
export function foundRoster(
  signer: Identity,
  group: string,
  members: readonly NewMember[],
  { nowMs, lifetimeMs }: { nowMs: number; lifetimeMs?: number | undefined },
): VerifiedRoster {
  const roster = create(RosterSchema, {
    group,
    groupId: signer.nodeId,
    version: 1n,
    members: members.map(({ nodeId, alias, role = '', addresses = [] }) =>
      create(RosterMemberSchema, { nodeId, alias, role, addresses: [...addresses], sinceVersion: 1n }),
    ),
    createTime: timestampFromMs(nowMs),
  });
  if (lifetimeMs !== undefined) roster.expireTime = timestampFromMs(nowMs + lifetimeMs);
  return signRoster(signer, roster);
}

/** How long each version gives trust, in milliseconds; `undefined` for ever. */
export function lifetimeOf({ body: { createTime, expireTime } }: VerifiedRoster): number | undefined {
  return createTime && expireTime && timestampMs(expireTime) - timestampMs(createTime);
}

/** Above everything that is known of the group: a key that comes back must be above its revocation. */
function nextVersion({ roster, revocations }: HeldGroup): bigint {
  let highest = roster.body.version;
  for (const { version } of revocations.values()) if (version > highest) highest = version;
  return highest + 1n;
}
