/** The groups with rosters that this node is in: kept in `<home>/trust/<group>.roster`, and given to the keyring. */
import { join } from 'node:path';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { RosterMember, SignedRoster } from '../../gen/towline/v1/roster_pb.ts';
import type { Rotation } from '../../gen/towline/v1/rotation_pb.ts';
import { Broadcast } from '../base/broadcast.ts';
import { equalBytes, toHex } from '../base/bytes.ts';
import { LocalError, messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { mayBeLearnt } from './address.ts';
import type { KnownAddress } from './address-book.ts';
import type { Identity } from './identity.ts';
import type { Keyring } from './keyring.ts';
import { aliasTakenError, type RosterKeys } from './keyring-entries.ts';
import { checkAlias, checkGroup } from './names.ts';
import { formatNodeId, nodeIdKey } from './node-id.ts';
import { Draft, foundRoster, type NewMember } from './roster/edit.ts';
import { type BrokenGroup, pathOf, readRosters, removeRoster, writeRoster } from './roster/file.ts';
import {
  type HeldGroup,
  holdRoster,
  isRevoked,
  isSameGroup,
  memberInForce,
  membersOf,
  type Taken,
  takeRoster,
} from './roster/held.ts';
import { MAX_GROUPS } from './roster/limits.ts';
import { type GroupIdentity, placeOf } from './roster/owners.ts';
import {
  groupExists,
  groupFull,
  groupInUse,
  groupUnknown,
  memberUnknown,
  notGroupOwner,
  rosterExpired,
  rosterForeign,
} from './roster/problems.ts';
import { RefusedRosters } from './roster/refused.ts';
import { groupOf, isExpired, type VerifiedRoster, verifyRoster } from './roster/roster.ts';
import { memberWithKey, newRotations, noSuccessions, type Successions } from './roster/successions.ts';
import { Upkeep } from './roster/upkeep.ts';

export interface RostersOptions {
  readonly home: string;
  readonly identity: Identity;
  readonly keyring: Keyring;
  readonly log: Log;
  /** Which keys have successors. None if absent. */
  readonly successions?: Successions;
  /** Follows rotations that a roster carries, before it is in force. */
  readonly follow?: (rotations: readonly Rotation[]) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Which roster somebody holds. */
export interface Head extends GroupIdentity {
  readonly version: bigint;
  readonly hash: Uint8Array;
  /** SHA-256 of the last change of owners; empty if there was none. */
  readonly ownersHash: Uint8Array;
}

export interface JoinOptions {
  /** What the roster must be of. */
  readonly group: GroupIdentity;
  /** What the group is called here. */
  readonly name: string;
  /** Whether others that the keyring has in a group of this name shall be in it together with the members. */
  readonly isMerged: boolean;
}

export class Rosters {
  /** The local names of groups that changed. */
  readonly changes = new Broadcast<string>();
  readonly #folder: string;
  readonly #options: RostersOptions;
  readonly #now: () => number;
  readonly #groups = new Map<string, HeldGroup>();
  readonly #broken = new Map<string, BrokenGroup>();
  readonly #refused = new RefusedRosters();
  readonly #upkeep: Upkeep;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(options: RostersOptions) {
    this.#options = options;
    this.#folder = join(options.home, 'trust');
    this.#now = options.now ?? Date.now;
    const { identity, log } = options;
    this.#upkeep = new Upkeep({ rosters: this, identity, known: this.#known, now: this.#now, log });
  }

  /** Reads what is kept and puts it in force. Files that cannot be used are in `broken()`. */
  static async open(options: RostersOptions): Promise<Rosters> {
    const rosters = new Rosters(options);
    const { groups, broken } = await readRosters(rosters.#folder);
    for (const held of groups) rosters.#groups.set(held.name, held);
    for (const group of broken) {
      rosters.#broken.set(group.name, group);
      options.log.error('a roster is not in force', { group: group.name, problem: group.error.message });
    }
    rosters.#inForce();
    return rosters;
  }

  /** By name. */
  list(): HeldGroup[] {
    return [...this.#groups.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  /** Groups whose file gives no trust. */
  broken(): BrokenGroup[] {
    return [...this.#broken.values()];
  }

  byName(name: string): HeldGroup | undefined {
    return this.#groups.get(name);
  }

  /** Whether a group of this name has a roster, be it one that cannot be used. */
  has(name: string): boolean {
    return this.#groups.has(name) || this.#broken.has(name);
  }

  find(group: GroupIdentity): HeldGroup | undefined {
    return this.list().find((held) => isSameGroup(groupOf(held.roster), group));
  }

  /** The members that are trusted now, this node included: none if it is none itself, or if the roster has expired. */
  members(held: HeldGroup): RosterMember[] {
    const { identity } = this.#options;
    return isExpired(held.roster, this.#now()) || !this.member(held, identity.nodeId) ? [] : membersOf(held);
  }

  /** The entry of a key, or of one that it has taken the place of, if the group lets it in. */
  member(held: HeldGroup, nodeId: Uint8Array): RosterMember | undefined {
    return memberWithKey(held, nodeId, this.#known);
  }

  /**
   * What this node's groups look like when it has its next key: each with a roster that the next key signed, where it is an
   * owner. Changes nothing. Throws `GROUP_FULL` if the owners changed too often.
   */
  inherit(next: Identity, rotation: Rotation): SignedRoster[] {
    const { identity } = this.#options;
    return this.list()
      .filter((held) => this.isOwner(held))
      .map((held) => {
        const draft = new Draft(held, next, this.#now(), identity);
        draft.succeed(identity.nodeId, next.nodeId, [rotation]);
        return draft.sign().signed;
      });
  }

  /** What a key is told that a group of this node put out: it was a member and knew the group. */
  whyOut(nodeId: Uint8Array): string | undefined {
    const held = this.list().find((one) => isRevoked(one, nodeId));
    if (!held) return undefined;
    const isGivenUp = !equalBytes(this.#known.latest(nodeId), nodeId);
    const { group } = held.roster.body;
    return isGivenUp ? 'its node has another key now' : `an owner put it out of the group "${group}"`;
  }

  /** A key has a successor: the members are known by their keys of now. */
  remap(): void {
    if (this.#groups.size > 0) this.#inForce();
  }

  /** Where rosters say that a key can be dialed, and since when; only what other nodes may say. */
  addresses(nodeId: Uint8Array): KnownAddress[] {
    return this.list().flatMap((held) => {
      const { createTime } = held.roster.body;
      const seenMs = createTime ? timestampMs(createTime) : 0;
      const addresses = (this.member(held, nodeId)?.addresses ?? []).filter(mayBeLearnt);
      return addresses.map((address): KnownAddress => ({ address, source: 'roster', seenMs }));
    });
  }

  isOwner({ roster }: HeldGroup): boolean {
    return placeOf(roster.chain.owners, this.#options.identity.nodeId) !== -1;
  }

  /** The last roster that a peer gave and that was refused since one was taken. */
  refusal(name: string): LocalError | undefined {
    return this.#refused.why(name);
  }

  head({ roster }: HeldGroup): Head {
    const ownersHash = roster.chain.links.at(-1)?.hash ?? new Uint8Array(0);
    return { ...groupOf(roster), version: roster.body.version, hash: roster.hash, ownersHash };
  }

  /** Whether the roster that a peer holds may say something new. */
  wants(head: Head): boolean {
    const held = this.find(head);
    if (!held || equalBytes(held.roster.hash, head.hash)) return false;
    if (this.#refused.isUnwanted(held.name, head.hash)) return false;
    const own = this.head(held);
    return !equalBytes(own.ownersHash, head.ownersHash) || head.version >= own.version;
  }

  /** Founds a group. Throws `GROUP_EXISTS`, `GROUP_FULL`, or what is wrong with a name. */
  create(name: string, members: readonly NewMember[], lifetimeMs?: number): Promise<HeldGroup> {
    return this.#inTurn(async () => {
      this.#checkNew(name);
      const nowMs = this.#now();
      const roster = foundRoster(this.#options.identity, name, members, { nowMs, lifetimeMs });
      return this.#keep(holdRoster(name, roster, nowMs));
    });
  }

  /**
   * Joins a group by its roster. Joining again is taking the newer roster. Throws what is wrong with the roster:
   * `ROSTER_FOREIGN`, `ROSTER_EXPIRED`, `NOT_A_MEMBER` and others; or `GROUP_EXISTS`, `GROUP_IN_USE`, `GROUP_FULL`.
   */
  join(signed: SignedRoster, { group, name, isMerged }: JoinOptions): Promise<HeldGroup> {
    return this.#inTurn(async () => {
      const roster = verifyRoster(signed);
      if (!isSameGroup(groupOf(roster), group)) throw rosterForeign();
      const known = this.find(group);
      if (known) return (await this.#take(known, roster)).held;
      const nowMs = this.#now();
      if (isExpired(roster, nowMs)) throw rosterExpired();
      const held = holdRoster(name, roster, nowMs);
      if (!memberInForce(held, this.#options.identity.nodeId)) throw notAMember(name);
      this.#checkNew(name);
      this.#checkMerge(held, isMerged);
      return this.#keep(held);
    });
  }

  /** Whether a group could be joined under this name. Throws `GROUP_EXISTS`, `GROUP_FULL` or `GROUP_INVALID`. */
  checkJoin(name: string, group: GroupIdentity): void {
    const known = this.find(group);
    if (!known) this.#checkNew(name);
    else if (known.name !== name) throw groupExists(known.name);
  }

  /**
   * Looks at a roster that a peer gave, of a group that this node is in. Throws what is wrong with it; a roster that is
   * refused changes nothing.
   */
  offer(signed: SignedRoster, group: GroupIdentity): Promise<Taken> {
    return this.#inTurn(async () => {
      const held = this.find(group);
      if (!held) throw rosterForeign();
      try {
        return await this.#take(held, verifyRoster(signed));
      } catch (error) {
        // Nothing is remembered of its hash: a wrong signature on the right bytes must not keep the right one out.
        if (error instanceof LocalError) this.#refused.refuse(held.name, error);
        throw error;
      }
    });
  }

  /** Signs the next version. Throws `GROUP_UNKNOWN`, `NOT_GROUP_OWNER`, or what the edit throws; then nothing changed. */
  edit(name: string, change: (draft: Draft, held: HeldGroup) => void): Promise<HeldGroup> {
    return this.#inTurn(async () => {
      const held = this.owned(name);
      const draft = new Draft(held, this.#options.identity, this.#now());
      change(draft, held);
      return this.#sign(held, draft);
    });
  }

  /** A group that this node may change. Throws `GROUP_UNKNOWN` or `NOT_GROUP_OWNER`. */
  owned(name: string): HeldGroup {
    const held = this.get(name);
    if (!this.isOwner(held))
      throw notGroupOwner(
        name,
        held.roster.chain.owners.map((owner) => this.#called(owner)),
      );
    if (!this.member(held, this.#options.identity.nodeId)) throw notAMember(name);
    return held;
  }

  /** Throws `GROUP_UNKNOWN`, or why the group's file gives no trust. */
  get(name: string): HeldGroup {
    const held = this.#groups.get(name);
    if (held) return held;
    throw this.#broken.get(name)?.error ?? groupUnknown(name);
  }

  /** A member by its alias here or in the group, or by its key. Throws `MEMBER_UNKNOWN`. */
  memberOf(held: HeldGroup, who: string, nodeId: Uint8Array | undefined): RosterMember {
    const wanted = nodeId ?? this.#options.keyring.byAlias(who)?.nodeId;
    const found =
      (wanted && this.member(held, wanted)) ??
      membersOf(held).find((member) => nodeId === undefined && member.alias === who);
    if (!found) throw memberUnknown(held.name, who);
    return found;
  }

  /** Gives a member a name of this node's own; the group's if empty. Throws `MEMBER_UNKNOWN`, `ALIAS_TAKEN`, `ALIAS_INVALID`. */
  setAlias(name: string, nodeId: Uint8Array, alias: string): Promise<HeldGroup> {
    return this.#inTurn(async () => {
      const held = this.get(name);
      const member = this.member(held, nodeId);
      if (!member) throw memberUnknown(name, formatNodeId(nodeId));
      const wanted = alias || member.alias;
      checkAlias(wanted);
      const holder = this.#options.keyring.byAlias(wanted);
      if (holder && !equalBytes(holder.nodeId, nodeId)) throw aliasTakenError(holder);
      const aliases = new Map(held.aliases);
      if (alias === '') aliases.delete(nodeIdKey(nodeId));
      else aliases.set(nodeIdKey(nodeId), alias);
      return this.#keep({ ...held, aliases });
    });
  }

  /** Forgets a group: its members are trusted no longer, unless the keyring's files name them. */
  leave(name: string): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#broken.has(name)) this.get(name);
      await removeRoster(this.#folder, name);
      this.#groups.delete(name);
      this.#broken.delete(name);
      this.#refused.forget(name);
      this.#inForce();
      this.changes.changed(name);
    });
  }

  /** Looks at the time no longer; what is in force stays so. */
  close(): void {
    this.#upkeep.close();
    this.changes.close();
  }

  get #known(): Successions {
    return this.#options.successions ?? noSuccessions;
  }

  #called(nodeId: Uint8Array): string {
    return this.#options.keyring.byId(nodeId)?.alias ?? formatNodeId(nodeId);
  }

  #checkNew(name: string): void {
    checkGroup(name);
    if (this.has(name)) throw groupExists(name);
    if (this.#groups.size >= MAX_GROUPS) throw groupFull(`groups: a node is in at most ${MAX_GROUPS}`);
  }

  #checkMerge(held: HeldGroup, isMerged: boolean): void {
    const others = this.#options.keyring
      .entries()
      .filter(({ groups, nodeId }) => groups.includes(held.name) && !this.member(held, nodeId));
    if (others.length > 0 && !isMerged) throw groupInUse(held.name);
  }

  async #take(held: HeldGroup, roster: VerifiedRoster): Promise<Taken> {
    const taken = takeRoster(held, roster, this.#now());
    if (taken.verdict === 'older') this.#refused.markUnwanted(held.name, roster.hash);
    if (taken.verdict === 'taken') this.#refused.forget(held.name);
    if (taken.held === held) return taken;
    const isNews = taken.verdict === 'taken' || isDifferent(taken.held, held);
    if (isNews) await this.#accept(taken.held, held);
    return taken;
  }

  /** From outside: in force even if the disk is full, for it may be a revocation. */
  async #accept(held: HeldGroup, before: HeldGroup): Promise<void> {
    const { log } = this.#options;
    const fork = held.forks[0];
    if (fork && fork !== before.forks[0]) {
      const signer = fork.otherSignerId.length > 0 ? this.#called(fork.otherSignerId) : 'unknown';
      log.warn('owners signed two rosters that exclude each other', {
        group: held.name,
        version: String(fork.version),
        notUsed: toHex(fork.otherHash),
        signer,
      });
    }
    for (const rotations of newRotations(held, this.#known)) {
      await this.#options
        .follow?.(rotations)
        .catch((error: unknown) =>
          log.info('a rotation in a roster was not followed', { group: held.name, error: messageOf(error) }),
        );
    }
    await this.#keep(held).catch((error: unknown) => {
      this.#set(held);
      log.error('a roster is in force, but not on the disk', { group: held.name, error: messageOf(error) });
    });
    log.info('roster', { group: held.name, version: String(held.roster.body.version) });
  }

  async #sign(held: HeldGroup, draft: Draft): Promise<HeldGroup> {
    const signed = takeRoster(held, draft.sign(), this.#now());
    return this.#keep(signed.held);
  }

  async #keep(held: HeldGroup): Promise<HeldGroup> {
    await writeRoster(this.#folder, held);
    this.#set(held);
    return held;
  }

  #set(held: HeldGroup): void {
    this.#groups.set(held.name, held);
    this.#refused.taken(held.name);
    this.#inForce();
    this.changes.changed(held.name);
  }

  #inForce(): void {
    const groups = [...this.#groups.values()].sort((left, right) => left.joinMs - right.joinMs);
    this.#options.keyring.useRosters([
      ...groups.map((held) => this.#keysOf(held)),
      ...this.broken().map(noKeys(this.#folder)),
    ]);
  }

  #keysOf(held: HeldGroup): RosterKeys {
    const own = this.#options.identity.nodeId;
    const keys = this.members(held)
      .map(({ nodeId, alias, role }) => ({
        nodeId: this.#known.latest(nodeId),
        role,
        alias: this.#aliasOf(held, nodeId) ?? alias,
      }))
      .filter(({ nodeId }) => !equalBytes(nodeId, own));
    const keepsOut = (nodeId: Uint8Array) =>
      !this.member(held, nodeId) && [nodeId, ...this.#known.before(nodeId)].some((key) => isRevoked(held, key));
    return { group: held.name, path: pathOf(this.#folder, held.name), keys, keepsOut };
  }

  /** This node's own name for a member, whichever of its keys it was given to. */
  #aliasOf({ aliases }: HeldGroup, nodeId: Uint8Array): string | undefined {
    if (aliases.size === 0) return undefined;
    const keys = [nodeId, ...this.#known.before(nodeId)];
    return keys.map((key) => aliases.get(nodeIdKey(key))).find((alias) => alias !== undefined);
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(run, run);
    this.#last = mine.catch(() => undefined); // the caller of `mine` hears of it
    return mine;
  }
}

/** Whether a roster that is not in force told something all the same. */
function isDifferent(left: HeldGroup, right: HeldGroup): boolean {
  const hasSame = [...left.revocations].every(([key, { version }]) => right.revocations.get(key)?.version === version);
  return left.forks[0] !== right.forks[0] || !hasSame;
}

/** A file that cannot be read may have revoked anybody: no line of the group counts. */
function noKeys(folder: string): (group: BrokenGroup) => RosterKeys {
  return ({ name }) => ({ group: name, path: pathOf(folder, name), keys: [], keepsOut: () => true });
}

export function notAMember(name: string): LocalError {
  return new LocalError('NOT_A_MEMBER', `this node is no member of the group "${name}"`, {
    help: 'ask an owner for a new invite: towline invite --group GROUP',
  });
}
