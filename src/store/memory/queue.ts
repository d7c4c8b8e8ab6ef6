import { steadyNowMs } from '../clock.ts';
import { checkPush, checkSpan, checkTake, checkValue } from '../limits.ts';
import type { Leased, LeaseQueue, PushOptions, QueueSize, TakeOptions, Ticket } from '../store.ts';

interface Item {
  readonly id: number;
  readonly priority: number;
  readonly value: Uint8Array;
  attempt: number;
  isHeld: boolean;
  dueMs: number;
}

/** The items of one queue, synchronous. */
export class Items {
  readonly #items = new Map<number, Item>();
  #lastId = 0;

  /** `value` must be the queue's own. */
  push(value: Uint8Array, options: PushOptions): number {
    const { priority, delayMs } = checkPush(options);
    const id = ++this.#lastId;
    this.#items.set(id, { id, priority, value, attempt: 0, isHeld: false, dueMs: steadyNowMs() + delayMs });
    return id;
  }

  take({ leaseMs, limit }: Required<TakeOptions>): Leased[] {
    const nowMs = steadyNowMs();
    const due = [...this.#items.values()].filter(({ dueMs }) => dueMs <= nowMs);
    due.sort((left, right) => right.priority - left.priority || left.id - right.id);
    return due.slice(0, limit).map((item) => {
      item.attempt++;
      item.isHeld = true;
      item.dueMs = nowMs + leaseMs;
      return { id: item.id, attempt: item.attempt, value: new Uint8Array(item.value) };
    });
  }

  /** Sets when the item may be taken again, by its holder or when it is given back. */
  settle(ticket: Ticket, spanMs: number, isHeld: boolean): boolean {
    const item = this.#held(ticket);
    if (!item) return false;
    item.isHeld = isHeld;
    item.dueMs = steadyNowMs() + spanMs;
    return true;
  }

  done(ticket: Ticket): boolean {
    return this.#held(ticket) !== undefined && this.#items.delete(ticket.id);
  }

  cancel(id: number): boolean {
    return this.#items.delete(id);
  }

  size(): QueueSize {
    const count = this.#items.size;
    if (count === 0) return { count };
    const firstMs = [...this.#items.values()].reduce((first, { dueMs }) => Math.min(first, dueMs), Number.MAX_VALUE);
    return { count, dueInMs: Math.max(0, firstMs - steadyNowMs()) };
  }

  #held({ id, attempt }: Ticket): Item | undefined {
    const item = this.#items.get(id);
    return item?.isHeld && item.attempt === attempt ? item : undefined;
  }
}

/** A queue in a Map. Methods are async so that errors are rejections, as they are where there is a disk. */
export class MemoryQueue implements LeaseQueue {
  readonly #items: Items;
  readonly #assertOpen: () => void;

  constructor(items: Items, assertOpen: () => void) {
    this.#items = items;
    this.#assertOpen = assertOpen;
  }

  async push(value: Uint8Array, options: PushOptions = {}): Promise<number> {
    this.#assertOpen();
    checkValue(value);
    return this.#items.push(new Uint8Array(value), options);
  }

  async take(options: TakeOptions): Promise<Leased[]> {
    this.#assertOpen();
    return this.#items.take(checkTake(options));
  }

  async extend(ticket: Ticket, leaseMs: number): Promise<boolean> {
    this.#assertOpen();
    return this.#items.settle(ticket, checkSpan(leaseMs), true);
  }

  async release(ticket: Ticket, delayMs = 0): Promise<boolean> {
    this.#assertOpen();
    return this.#items.settle(ticket, checkSpan(delayMs), false);
  }

  async done(ticket: Ticket): Promise<boolean> {
    this.#assertOpen();
    return this.#items.done(ticket);
  }

  async cancel(id: number): Promise<boolean> {
    this.#assertOpen();
    return this.#items.cancel(id);
  }

  async size(): Promise<QueueSize> {
    this.#assertOpen();
    return this.#items.size();
  }
}
