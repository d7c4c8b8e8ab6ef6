/**
 * Which links this node keeps without being asked: to the peers that are marked so, to its hubs, to the owners of its groups,
 * and, as an orchestrator, to everybody in its groups. All others are dialed at the first call.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { KeepReason } from '../../../gen/towline/v1/admin_service_pb.ts';
import type { Log } from '../../base/log.ts';
import { nodeIdKey } from '../../trust/node-id.ts';
import { DIAL_PAUSE_MS, DIALS_AT_A_TIME, MAX_ROLE_LINKS } from './limits.ts';

export interface KeptLinksParts {
  /** The keys that are trusted; nobody else is dialed. */
  readonly isTrusted: (nodeId: Uint8Array) => boolean;
  readonly marked: () => readonly Uint8Array[];
  readonly hubs: () => readonly Uint8Array[];
  /** The owners of the groups with a roster. */
  readonly owners: () => readonly Uint8Array[];
  /** All members of this node's groups if it is an orchestrator; nobody otherwise. */
  readonly members: () => readonly Uint8Array[];
  /** From now on a link to the node is kept; or no longer. */
  readonly keep: (nodeId: Uint8Array, keep: boolean) => void;
  readonly log: Log;
}

export class KeptLinks {
  readonly #parts: KeptLinksParts;
  readonly #ending = new AbortController();
  #kept = new Map<string, Uint8Array>();
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: KeptLinksParts) {
    this.#parts = parts;
  }

  /** Looks again at which links shall be kept; a peer of which there is news is dialed now, if it is among them. */
  review(news?: Uint8Array): void {
    if (this.#ending.signal.aborted) return;
    const { keep, isTrusted } = this.#parts;
    const before = this.#kept;
    const after = new Map(this.#wanted().map((nodeId) => [nodeIdKey(nodeId), nodeId]));
    this.#kept = after;
    for (const [key, nodeId] of before) if (!after.has(key) && isTrusted(nodeId)) keep(nodeId, false);
    const told = news === undefined ? undefined : after.get(nodeIdKey(news));
    if (told) keep(told, true);
    const added = [...after].filter(([key, nodeId]) => !before.has(key) && nodeId !== told);
    if (added.length > 0) this.#turn = this.#turn.then(() => this.#begin(added));
  }

  /** The key's links were ended for good: if it is trusted again, its link is kept anew. */
  forget(nodeId: Uint8Array): void {
    this.#kept.delete(nodeIdKey(nodeId));
  }

  /** Why links are kept, by key; keys without a reason are not in it. */
  reasons(): Map<string, KeepReason[]> {
    const all = new Map<string, KeepReason[]>();
    for (const [reason, nodeIds] of this.#reasons()) {
      for (const key of nodeIds.map(nodeIdKey)) all.set(key, [...(all.get(key) ?? []), reason]);
    }
    return all;
  }

  /** Keeps no more links than it does. */
  close(): void {
    this.#ending.abort();
  }

  async #begin(added: readonly (readonly [string, Uint8Array])[]): Promise<void> {
    for (const [at, [key, nodeId]] of added.entries()) {
      if (at > 0 && at % DIALS_AT_A_TIME === 0) await sleep(DIAL_PAUSE_MS, undefined, { ref: false });
      if (this.#ending.signal.aborted) return;
      if (this.#kept.has(key)) this.#parts.keep(nodeId, true);
    }
  }

  #wanted(): Uint8Array[] {
    return this.#reasons()
      .flatMap(([, nodeIds]) => nodeIds)
      .filter((nodeId) => this.#parts.isTrusted(nodeId));
  }

  #reasons(): [KeepReason, readonly Uint8Array[]][] {
    const { marked, hubs, owners, members, log } = this.#parts;
    const all = members();
    if (all.length > MAX_ROLE_LINKS) {
      log.warn('an orchestrator keeps links to some members alone', { members: all.length, kept: MAX_ROLE_LINKS });
    }
    return [
      [KeepReason.MARKED, marked()],
      [KeepReason.HUB, hubs()],
      [KeepReason.OWNER, owners()],
      [KeepReason.ORCHESTRATOR, all.slice(0, MAX_ROLE_LINKS)],
    ];
  }
}
