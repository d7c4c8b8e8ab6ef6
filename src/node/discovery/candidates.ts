/** Where trusted peers may be, as the local network says: forgotten soon, and never written down. */
import type { KnownAddress } from '../../trust/address-book.ts';
import { nodeIdKey } from '../../trust/node-id.ts';
import { CANDIDATE_MS, MAX_CANDIDATES } from './limits.ts';

export class Candidates {
  readonly #now: () => number;
  /** By key, then by address: when it was heard last, the newest last. */
  readonly #heard = new Map<string, Map<string, number>>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Resolves to whether the address is news. */
  hear(nodeId: Uint8Array, address: string): boolean {
    const key = nodeIdKey(nodeId);
    const known = this.#heard.get(key) ?? new Map<string, number>();
    this.#heard.set(key, known);
    const isNews = !this.#isFresh(known.get(address));
    known.delete(address);
    known.set(address, this.#now());
    for (const oldest of known.keys()) {
      if (known.size <= MAX_CANDIDATES) break;
      known.delete(oldest);
    }
    return isNews;
  }

  /** The newest first. */
  addresses(nodeId: Uint8Array): KnownAddress[] {
    const known = this.#heard.get(nodeIdKey(nodeId)) ?? new Map<string, number>();
    return [...known]
      .filter(([, ms]) => this.#isFresh(ms))
      .map(([address, seenMs]): KnownAddress => ({ address, source: 'discovery', seenMs }))
      .reverse();
  }

  forget(nodeId: Uint8Array): void {
    this.#heard.delete(nodeIdKey(nodeId));
  }

  clear(): void {
    this.#heard.clear();
  }

  #isFresh(ms: number | undefined): boolean {
    return ms !== undefined && ms > this.#now() - CANDIDATE_MS;
  }
}
