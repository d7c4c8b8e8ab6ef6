/** Entries that wait to be written, in order. */
import type { AuditCheckpointReason } from '../../../../gen/towline/v1/audit_pb.ts';
import { GROUP_BYTES, GROUP_ENTRIES, PENDING_BYTES } from '../limits.ts';
import { type Item, roomForAll } from './group.ts';

export interface Waiting {
  readonly item: Item;
  readonly bytes: number;
  /** Somebody waits for it; absent for what was only noted. */
  readonly done?: PromiseWithResolvers<number>;
}

export class Queue {
  #waiting: Waiting[] = [];
  #bytes = 0;
  #waiters = 0;

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Whether somebody waits for an entry, or there are as many as are written at a time. */
  get isDue(): boolean {
    return this.#waiters > 0 || this.#waiting.length >= GROUP_ENTRIES;
  }

  /** Adds an entry for which nobody waits. Returns whether there was room for it. */
  note(rest: Uint8Array): boolean {
    return this.#add({ rest });
  }

  /** Adds one; resolves to its number when it is on disk. `undefined` if there was no room. */
  await(item: { readonly rest: Uint8Array } | { readonly checkpoint: AuditCheckpointReason }) {
    const done = Promise.withResolvers<number>();
    return this.#add(item, done) ? done.promise : undefined;
  }

  /** Takes what is written next. */
  take(): Waiting[] {
    let count = 0;
    let bytes = 0;
    for (const { bytes: more } of this.#waiting) {
      if (count > 0 && (count === GROUP_ENTRIES || bytes + more > GROUP_BYTES)) break;
      count++;
      bytes += more;
    }
    const taken = this.#waiting.splice(0, count);
    this.#count(taken, -1);
    return taken;
  }

  /** What could not be written: those who wait are told, the rest is kept for another try. */
  putBack(taken: readonly Waiting[], error: Error): void {
    const all = [...taken, ...this.#waiting];
    for (const { done } of all) done?.reject(error);
    this.#waiting = all.filter(({ done }) => done === undefined);
    this.#bytes = 0;
    this.#waiters = 0;
    this.#count(this.#waiting, 1);
  }

  #add(item: Item, done?: PromiseWithResolvers<number>): boolean {
    const bytes = roomForAll([item]);
    if (this.#bytes + bytes > PENDING_BYTES) return false;
    const waiting = { item, bytes, ...(done && { done }) };
    this.#waiting.push(waiting);
    this.#count([waiting], 1);
    return true;
  }

  #count(list: readonly Waiting[], sign: 1 | -1): void {
    for (const { bytes, done } of list) {
      this.#bytes += sign * bytes;
      if (done) this.#waiters += sign;
    }
  }
}
