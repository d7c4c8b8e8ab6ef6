/**
 * The end of a channel's log: what is appended, in the order of its cursors, and who waits for it. Nobody has a queue
 * here: a reader is woken, and takes what came since from the ring or from the disk, when it is ready for it.
 */
import type { AppendLog, LogEntry, Store, Write } from '../../store/store.ts';
import { BATCH_BYTES, BATCH_COUNT } from './limits.ts';
import { deliveryOf } from './record.ts';
import { Ring, type RingSpace, type Run, runOf } from './ring.ts';

/** Someone who waits for news. */
export interface Waiter {
  wake(): void;
}

/** What a reader finds behind its place. */
export type Found = { readonly run: Run } | { readonly missing: { readonly first: number; readonly last: number } };

export class Tail {
  readonly log: AppendLog;
  readonly #name: string;
  readonly #store: Store;
  readonly #ring: Ring;
  readonly #waiters = new Set<Waiter>();
  /** Entries whose turn has not come: answers of the disk may be heard in another order than they were given. */
  readonly #early = new Map<number, Uint8Array>();
  #last = 0;
  #waking: NodeJS.Immediate | undefined;

  private constructor(store: Store, name: string, space: RingSpace) {
    this.#store = store;
    this.#name = name;
    this.log = store.log(name);
    this.#ring = new Ring(space);
  }

  static async open(store: Store, name: string, space: RingSpace): Promise<Tail> {
    const tail = new Tail(store, name, space);
    ({ last: tail.#last } = await tail.log.extent());
    return tail;
  }

  /** The cursor of the newest entry that readers may have. */
  get last(): number {
    return this.#last;
  }

  /** Whether anybody waits for what comes. */
  get isWatched(): boolean {
    return this.#waiters.size > 0;
  }

  /** Resolves to the cursor when the entry is on the disk, together with all of `beside`. */
  async append(value: Uint8Array, beside: readonly Write[] = []): Promise<number> {
    const cursor = beside.length === 0 ? await this.log.append(value) : await this.#appendWith(value, beside);
    this.#arrived(cursor, value);
    return cursor;
  }

  async #appendWith(value: Uint8Array, beside: readonly Write[]): Promise<number> {
    const results = await this.#store.write([{ op: 'append', log: this.#name, value }, ...beside]);
    return results?.[0] ?? 0;
  }

  /** The newest entry. */
  async newest(): Promise<LogEntry | undefined> {
    return (await this.log.read({ newestFirst: true, limit: 1 }))[0];
  }

  /** The entry of this cursor, if it is kept. */
  async at(cursor: number): Promise<LogEntry | undefined> {
    const [entry] = await this.log.read({ after: cursor - 1, limit: 1 });
    return entry?.cursor === cursor ? entry : undefined;
  }

  /** What comes next for somebody who has all up to `cursor`, which is less than `last`. */
  async after(cursor: number): Promise<Found> {
    const run = this.#ring.after(cursor);
    if (run) return { run };
    const entries = await this.log.read({ after: cursor, limit: BATCH_COUNT, maxBytes: BATCH_BYTES });
    const [first] = entries;
    if (first === undefined) return { missing: { first: cursor + 1, last: this.#last } };
    if (first.cursor > cursor + 1) return { missing: { first: cursor + 1, last: first.cursor - 1 } };
    // An entry may be on the disk before its writer has heard of it: it is not for readers yet.
    return { run: runOf(entries.filter((entry) => entry.cursor <= this.#last).map(deliveryOf)) };
  }

  watch(waiter: Waiter): void {
    this.#waiters.add(waiter);
  }

  unwatch(waiter: Waiter): void {
    this.#waiters.delete(waiter);
    if (this.#waiters.size === 0) this.#ring.clear();
  }

  wakeAll(): void {
    clearImmediate(this.#waking);
    this.#waking = undefined;
    for (const waiter of [...this.#waiters]) waiter.wake();
  }

  /** Whoever waits is woken, and finds out why. */
  close(): void {
    this.wakeAll();
    this.#ring.clear();
  }

  #arrived(cursor: number, value: Uint8Array): void {
    this.#early.set(cursor, value);
    for (let next = this.#early.get(this.#last + 1); next; next = this.#early.get(this.#last + 1)) {
      this.#early.delete(++this.#last);
      if (this.isWatched) this.#ring.push(deliveryOf({ cursor: this.#last, value: next }));
    }
    // What one turn brings is told once, when all of it is here: readers get it in one event.
    if (this.isWatched) this.#waking ??= setImmediate(() => this.wakeAll());
  }
}
