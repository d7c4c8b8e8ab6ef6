/**
 * The newest messages of a channel, in memory, as all of its readers get them. A reader that is up to date takes what
 * came from here, and all who stand at the same place take the very same event: it is encoded once. Whoever is further
 * behind reads from the disk.
 */
import type { SubscribeChannelResponse } from '../../../gen/towline/v1/channel_service_pb.ts';
import { BATCH_BYTES, BATCH_COUNT, RING_BYTES, RING_COUNT, RINGS_BYTES } from './limits.ts';
import { batchOf, type Delivery } from './record.ts';

/** What a reader gets next. */
export interface Run {
  readonly deliveries: readonly Delivery[];
  /** The cursor of the last one. */
  readonly last: number;
  /** All of them in one event. */
  event(): SubscribeChannelResponse;
}

const GONE: Delivery = { cursor: 0, encoded: new Uint8Array(0) };

/** Bytes that the rings of a hub hold together. */
export class RingSpace {
  readonly #max: number;
  used = 0;

  constructor(max: number = RINGS_BYTES) {
    this.#max = max;
  }

  get isFull(): boolean {
    return this.used > this.#max;
  }
}

export class Ring {
  readonly #space: RingSpace;
  #deliveries: Delivery[] = [];
  /** How many at the front are gone already: cutting an array at each message would move all of it. */
  #gone = 0;
  #bytes = 0;
  /** The runs that were taken since the last message came, by where they begin. */
  readonly #runs = new Map<number, Run>();

  constructor(space: RingSpace) {
    this.#space = space;
  }

  /** Adds the message after the last one. */
  push(delivery: Delivery): void {
    this.#runs.clear();
    this.#deliveries.push(delivery);
    this.#count(delivery.encoded.length);
    while (this.#isTooLarge() && this.#deliveries.length > this.#gone) this.#drop();
    if (this.#gone > RING_COUNT) {
      this.#deliveries.splice(0, this.#gone);
      this.#gone = 0;
    }
  }

  /** What comes after `cursor`; nothing if that is not here (any more). */
  after(cursor: number): Run | undefined {
    const first = this.#deliveries[this.#gone];
    if (first === undefined || cursor + 1 < first.cursor) return undefined;
    const begin = this.#gone + cursor + 1 - first.cursor;
    if (begin >= this.#deliveries.length) return undefined;
    const run = this.#runs.get(cursor) ?? runOf(this.#deliveries.slice(begin, begin + BATCH_COUNT));
    this.#runs.set(cursor, run);
    return run;
  }

  clear(): void {
    this.#count(-this.#bytes);
    this.#deliveries = [];
    this.#gone = 0;
    this.#runs.clear();
  }

  #isTooLarge(): boolean {
    return this.#deliveries.length - this.#gone > RING_COUNT || this.#bytes > RING_BYTES || this.#space.isFull;
  }

  #drop(): void {
    this.#count(-(this.#deliveries[this.#gone]?.encoded.length ?? 0));
    // What is gone must not stay in memory until the array is cut.
    this.#deliveries[this.#gone++] = GONE;
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#space.used += bytes;
  }
}

/** As many as one event may hold. */
export function runOf(deliveries: readonly Delivery[]): Run {
  let bytes = 0;
  let count = 0;
  for (const delivery of deliveries) {
    bytes += delivery.encoded.length;
    if (count > 0 && bytes > BATCH_BYTES) break;
    count++;
  }
  const taken = count === deliveries.length ? deliveries : deliveries.slice(0, count);
  let event: SubscribeChannelResponse | undefined;
  return {
    deliveries: taken,
    last: taken.at(-1)?.cursor ?? 0,
    event: () => (event ??= batchOf(taken)),
  };
}
