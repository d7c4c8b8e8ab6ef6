/** What time does to rosters: they expire, and their owners sign what nobody asked for. */
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Identity } from '../identity.ts';
import type { Rosters } from '../rosters.ts';
import { lifetimeOf } from './edit.ts';
import { type HeldGroup, hasLostRevocations } from './held.ts';
import { placeOf } from './owners.ts';
import { isExpired } from './roster.ts';
import { outdatedMembers, type Successions } from './successions.ts';

/** How often time is looked at: expiry, renewal, and revocations that a fork lost. */
const TICK_MS = 1_000;

/** An owner waits this much longer for each owner before it, so that not all sign at once. */
const TURN_MS = 3_000;

export interface UpkeepParts {
  readonly rosters: Rosters;
  readonly identity: Identity;
  readonly known: Successions;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

export class Upkeep {
  readonly #parts: UpkeepParts;
  readonly #timer: NodeJS.Timeout;
  /** Since when something waits for an owner to sign, by group. */
  #waiting = new Map<string, number>();
  /** Groups whose roster had expired at the last look. */
  #expired = '';

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const { rosters, now } = this.#parts;
    const nowMs = now();
    const groups = rosters.list();
    const expired = groups.flatMap(({ name, roster }) => (isExpired(roster, nowMs) ? [name] : [])).join();
    if (expired !== this.#expired) rosters.remap();
    this.#expired = expired;
    const due = groups.filter((held) => this.#mustSign(held, nowMs));
    this.#waiting = new Map(due.map(({ name }) => [name, this.#waiting.get(name) ?? nowMs]));
    for (const held of due) if (this.#isItsTurn(held, nowMs)) this.#renew(held.name);
  }

  /** Whether an owner has to sign what nobody asked for: a longer life, a revocation that a fork lost, or a new key. */
  #mustSign(held: HeldGroup, nowMs: number): boolean {
    const { rosters, known } = this.#parts;
    if (!rosters.isOwner(held)) return false;
    const lifeMs = lifetimeOf(held.roster);
    const { expireTime } = held.roster.body;
    const isOld = lifeMs !== undefined && expireTime !== undefined && timestampMs(expireTime) - nowMs < lifeMs / 2;
    return isOld || hasLostRevocations(held) || outdatedMembers(held, known).length > 0;
  }

  #isItsTurn({ name, roster }: HeldGroup, nowMs: number): boolean {
    const rank = placeOf(roster.chain.owners, this.#parts.identity.nodeId);
    return nowMs - (this.#waiting.get(name) ?? nowMs) >= rank * TURN_MS;
  }

  #renew(name: string): void {
    const { rosters, known, log } = this.#parts;
    this.#waiting.delete(name);
    const renewed = rosters.edit(name, (draft, held) => {
      for (const { nodeId } of outdatedMembers(held, known))
        draft.succeed(nodeId, known.latest(nodeId), known.proofFrom(nodeId));
    });
    renewed.catch((error: unknown) => log.warn('a roster was not renewed', { group: name, error: messageOf(error) }));
  }
}
