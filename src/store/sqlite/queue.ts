import { checkPush, checkSpan, checkTake, checkValue } from '../limits.ts';
import type { Leased, LeaseQueue, PushOptions, QueueSize, TakeOptions, Ticket } from '../store.ts';
import type { Batch } from './batch.ts';
import type { Queues } from './queues.ts';

export class SqliteQueue implements LeaseQueue {
  readonly #name: string;
  readonly #queues: Queues;
  readonly #batch: Batch;

  constructor(name: string, queues: Queues, batch: Batch) {
    this.#name = name;
    this.#queues = queues;
    this.#batch = batch;
  }

  async push(value: Uint8Array, options: PushOptions = {}): Promise<number> {
    checkValue(value);
    const checked = checkPush(options);
    // The write happens later in this turn; what the caller does to its bytes meanwhile must not count.
    const bytes = new Uint8Array(value);
    return this.#batch.write(() => this.#queues.push(this.#name, bytes, checked), bytes.byteLength);
  }

  async take(options: TakeOptions): Promise<Leased[]> {
    const asked = checkTake(options);
    return this.#batch.write(() => this.#queues.take(this.#name, asked));
  }

  async extend(ticket: Ticket, leaseMs: number): Promise<boolean> {
    const spanMs = checkSpan(leaseMs);
    return this.#batch.write(() => this.#queues.settle(this.#name, ticket, spanMs, true));
  }

  async release(ticket: Ticket, delayMs = 0): Promise<boolean> {
    const spanMs = checkSpan(delayMs);
    return this.#batch.write(() => this.#queues.settle(this.#name, ticket, spanMs, false));
  }

  async done(ticket: Ticket): Promise<boolean> {
    return this.#batch.write(() => this.#queues.done(this.#name, ticket));
  }

  async cancel(id: number): Promise<boolean> {
    return this.#batch.write(() => this.#queues.cancel(this.#name, id));
  }

  async size(): Promise<QueueSize> {
    return this.#batch.read(() => this.#queues.size(this.#name));
  }
}
