/** Changing this node's key, and following peers that change theirs. */
import type { Rotation } from '../../gen/towline/v1/rotation_pb.ts';
import { RotationService } from '../../gen/towline/v1/rotation_service_pb.ts';
import { callAt } from '../base/call-at.ts';
import { LocalError, messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Link } from '../link/link.ts';
import type { LinkPool } from '../link/pool.ts';
import { createClient } from '../rpc/client.ts';
import { createLinkTransport } from '../rpc/link-transport.ts';
import type { RotationActions } from '../services/rotation/service.ts';
import type { AddressBook } from '../trust/address-book.ts';
import type { FormerKeys } from '../trust/former-keys.ts';
import { createSuccessor } from '../trust/identity.ts';
import type { Keyring } from '../trust/keyring.ts';
import type { LiveIdentity } from '../trust/live-identity.ts';
import { formatNodeId, shortNodeId } from '../trust/node-id.ts';
import { ensureOwnerToken } from '../trust/owner-token.ts';
import type { Rosters } from '../trust/rosters.ts';
import { createRotation, readRotation, rotationRefused, type Succession, verifyRotation } from '../trust/rotation.ts';
import type { Rotations } from '../trust/rotations.ts';
import type { Tokens } from '../trust/tokens.ts';
import type { Inheritance } from './group/inheritance.ts';
import { checkNotSelf } from './own-key.ts';

/** Links move over in this time; a grace of nothing would cut the answer that says so. */
const minGraceMs = 10_000;
/** A peer writes two files. */
const announceMs = 5_000;

export interface RotationParts {
  readonly home: string;
  readonly identity: LiveIdentity;
  /** What keeps opening mail that is sealed for the key of now. */
  readonly former: FormerKeys;
  readonly keyring: Keyring;
  readonly book: AddressBook;
  readonly rotations: Rotations;
  readonly tokens: Tokens;
  readonly rosters: Rosters;
  /** Rosters that the next key signed, until it is in force. */
  readonly inheritance: Inheritance;
  readonly pool: () => LinkPool;
  /** The port shows the new key from now on. */
  readonly renewTls: () => void;
  readonly onTrust: (nodeId: Uint8Array) => Promise<void>;
  /** Told before the new key is in use. If it rejects, the node keeps the key that it has. */
  readonly record: (rotation: Rotation) => Promise<void>;
  /** A peer's old key counts no longer. */
  readonly onGraceEnd: (nodeId: Uint8Array) => void;
  readonly log: Log;
}

export interface Rotated {
  readonly nodeId: Uint8Array;
  /** The aliases of those who follow already, and of those who do not know yet. */
  readonly followers: string[];
  readonly untold: string[];
}

export interface KeyRotation extends RotationActions {
  /** Gives this node a new key. Throws ROTATION_RUNNING, ROTATION_IN_GROUP, or what is wrong with the home. */
  rotate(graceMs: number | undefined): Promise<Rotated>;
  close(): void;
}

export function createKeyRotation(parts: RotationParts): KeyRotation {
  const { identity, keyring, book, rotations, log } = parts;
  const timers = new Map<string, () => void>();
  let isRunning = false;

  const endGraceOf = ({ oldId, graceEndMs }: Pick<Succession, 'oldId' | 'graceEndMs'>) => {
    const key = formatNodeId(oldId);
    timers.get(key)?.();
    timers.set(
      key,
      callAt(graceEndMs, () => parts.onGraceEnd(oldId)),
    );
  };
  for (const end of rotations.ends()) if (end.graceEndMs > Date.now()) endGraceOf(end);

  /** Whether the keyring has exactly this key, not just a successor of it. */
  const isListed = (nodeId: Uint8Array) => {
    const entry = keyring.byId(nodeId);
    return entry !== undefined && Buffer.compare(entry.nodeId, nodeId) === 0;
  };

  async function followOne(said: Succession, rotation: Rotation): Promise<void> {
    checkNotSelf(identity, said.newId);
    const alias = keyring.byId(said.oldId)?.alias;
    const holder = isListed(said.newId) ? keyring.byId(said.newId)?.alias : alias;
    if (holder !== alias) throw rotationRefused('the new key has another alias here');
    await rotations.follow(said, rotation);
    await keyring.replace(said.oldId, said.newId);
    parts.rosters.remap();
    await book.move(said.oldId, said.newId);
    parts.pool().keep(said.oldId, false);
    endGraceOf(said);
    log.warn('a peer has a new key', {
      peer: alias,
      before: shortNodeId(said.oldId),
      nodeId: formatNodeId(said.newId),
    });
    await parts.onTrust(said.newId);
  }

  async function tell(link: Link, chain: readonly Rotation[]): Promise<void> {
    const client = createClient(RotationService, createLinkTransport(link));
    await client.announce({ rotations: [...chain] }, { timeoutMs: announceMs });
    await parts.pool().renew(link);
  }

  async function rotate(graceMs: number | undefined): Promise<Rotated> {
    const { home, tokens } = parts;
    const before = identity.nodeId;
    const next = createSuccessor(home);
    const rotation = createRotation(
      identity,
      next.identity,
      graceMs === undefined ? undefined : Math.max(graceMs, minGraceMs),
    );
    const { graceEndMs } = readRotation(rotation);
    await parts.former.keep({ nodeId: before, secret: identity.agreementSecret(), endMs: graceEndMs });
    // Signed while there still is the old key: if anything is in the way, nothing has happened.
    await parts.inheritance.prepare(parts.rosters.inherit(next.identity, rotation));
    await parts.record(rotation);
    await rotations.keepOwn(rotation);
    await next.commit();
    await identity.replace(next.identity);
    parts.rosters.remap();
    await parts.inheritance.enter();
    tokens.replaceOwner(await ensureOwnerToken(home, identity));
    parts.renewTls();
    log.warn('this node has a new key', { before: formatNodeId(before), nodeId: identity.text });
    const links = parts.pool().links();
    const outcomes = await Promise.allSettled(
      links.map((link) => tell(link, rotations.ownFrom(before, identity.nodeId))),
    );
    const followers: string[] = [];
    for (const [index, link] of links.entries()) {
      const alias = keyring.byId(link.peerNodeId)?.alias;
      const outcome = outcomes[index];
      if (alias !== undefined && outcome?.status === 'fulfilled') followers.push(alias);
      else
        log.warn('a peer was not told of the new key', {
          peer: alias,
          error: messageOf((outcome as PromiseRejectedResult).reason),
        });
    }
    const all = keyring.entries().map(({ alias }) => alias);
    return { nodeId: identity.nodeId, followers, untold: all.filter((alias) => !followers.includes(alias)) };
  }

  return {
    async follow(chain) {
      for (const rotation of chain) {
        // The signatures of keys that are not trusted are not worth the time.
        const { oldId } = readRotation(rotation);
        if (isListed(oldId)) await followOne(verifyRotation(rotation), rotation);
      }
      const last = chain.at(-1);
      if (!last || !isListed(readRotation(last).newId)) throw rotationRefused('its old key is not trusted here');
    },
    successor: (nodeId) => rotations.ownFrom(nodeId, identity.nodeId),
    async rotate(graceMs) {
      if (isRunning) throw new LocalError('ROTATION_RUNNING', 'the key is being changed already');
      const [broken] = parts.rosters.broken();
      if (broken) throw inBrokenGroup(broken.name);
      isRunning = true;
      try {
        return await rotate(graceMs);
      } finally {
        isRunning = false;
      }
    },
    close() {
      for (const stop of timers.values()) stop();
    },
  };
}

/** Perhaps this node owns it: then nobody could sign for the group any more. */
function inBrokenGroup(group: string): LocalError {
  return new LocalError(
    'ROTATION_IN_GROUP',
    `the roster of the group "${group}" cannot be read, and perhaps names the key that this node has now`,
    { help: `mend it first (towline doctor), or: towline group leave ${group}` },
  );
}
