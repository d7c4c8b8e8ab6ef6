/** What a channel keeps: the newest messages, within its bounds of number, bytes and age. */
import { create } from '@bufbuild/protobuf';
import { type Channel, type Retention, RetentionSchema } from '../../../gen/towline/v1/channel_pb.ts';
import type { AppendLog } from '../../store/store.ts';
import { KEPT_BYTES, KEPT_COUNT, KEPT_MS, MIN_KEPT_BYTES } from './limits.ts';
import { quotaExceeded } from './problems.ts';

/** What a channel keeps whose maker said nothing. The schema repeats it. */
const defaults = { maxCount: KEPT_COUNT, maxAgeSeconds: KEPT_MS / 1_000, maxBytes: KEPT_BYTES };

/** Entries that are read at a time in search of the first one that stays. */
const PAGE = 1_000;

export interface Bounds {
  readonly maxCount: number;
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}

/** All bounds, with the defaults where nothing was said. */
export function fullRetention(asked: Retention | undefined) {
  const { maxCount, maxAgeSeconds, maxBytes } = { ...defaults, ...withoutAbsent(asked) };
  return { maxCount, maxAgeSeconds, maxBytes: BigInt(maxBytes) };
}

/**
 * The bounds of a new channel, whose maker may have `quota` bytes in all of its channels together: what it did not say is
 * what is left. Throws QUOTA_EXCEEDED.
 */
export function retentionWithin(
  quota: number | undefined,
  asked: Retention | undefined,
  own: () => readonly Pick<Channel, 'retention'>[],
): Retention {
  const full = create(RetentionSchema, fullRetention(asked));
  if (quota === undefined) return full;
  const left = quota - own().reduce((sum, { retention }) => sum + boundsOf(retention).maxBytes, 0);
  const wanted = asked?.maxBytes ?? BigInt(Math.max(MIN_KEPT_BYTES, Math.min(KEPT_BYTES, left)));
  if (Number(wanted) <= left) return { ...full, maxBytes: wanted };
  const what = `your channels on this hub would keep ${quota - left + Number(wanted)} bytes`;
  throw quotaExceeded('stored_bytes', quota, what, 'delete one that you made, or let it keep less');
}

export function boundsOf(retention: Retention | undefined): Bounds {
  const { maxCount, maxAgeSeconds, maxBytes } = fullRetention(retention);
  return { maxCount, maxAgeMs: maxAgeSeconds * 1_000, maxBytes: Number(maxBytes) };
}

function withoutAbsent(asked: Retention | undefined): Partial<Record<keyof typeof defaults, number>> {
  const { maxCount, maxAgeSeconds, maxBytes } = asked ?? {};
  return {
    ...(maxCount !== undefined && { maxCount }),
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
    ...(maxBytes !== undefined && { maxBytes: Number(maxBytes) }),
  };
}

/** Keeps count of one log, so that an append knows without a look at the disk whether something must go. */
export class Keeper {
  readonly #log: AppendLog;
  readonly #bounds: Bounds;
  #first: number;
  #last: number;
  #bytes: number;
  #trimming: Promise<void> | undefined;

  private constructor(log: AppendLog, bounds: Bounds, extent: { first: number; last: number; bytes: number }) {
    this.#log = log;
    this.#bounds = bounds;
    this.#first = extent.first;
    this.#last = extent.last;
    this.#bytes = extent.bytes;
  }

  static async open(log: AppendLog, bounds: Bounds): Promise<Keeper> {
    return new Keeper(log, bounds, await log.extent());
  }

  /** The oldest cursor that is kept; one more than the last if none is. */
  get first(): number {
    return this.#first;
  }

  /** An entry was appended. Returns the trim that it led to, if it led to one. */
  added(cursor: number, bytes: number): Promise<void> | undefined {
    this.#last = Math.max(this.#last, cursor);
    this.#bytes += bytes;
    return this.#trimming || !this.#isOver ? undefined : this.#trim();
  }

  /** Drops what is too old at `nowMs`. Resolves to whether that was anything. */
  async expire(nowMs: number): Promise<boolean> {
    const before = this.#first;
    const oldestMs = nowMs - this.#bounds.maxAgeMs;
    await this.#trimWhile(({ timeMs }) => timeMs < oldestMs);
    return this.#first > before;
  }

  get #count(): number {
    return this.#last - this.#first + 1;
  }

  /** A trim for each message would double what a message costs: a hundredth may wait. */
  get #isOver(): boolean {
    const { maxCount, maxBytes } = this.#bounds;
    const isTooLarge = this.#bytes > maxBytes && this.#count > 1;
    return isTooLarge || this.#count > maxCount + Math.floor(maxCount / 100);
  }

  #trim(): Promise<void> {
    const trimming = async () => {
      while (this.#isOver) await this.#trimToBounds();
    };
    this.#trimming = trimming().finally(() => {
      this.#trimming = undefined;
    });
    return this.#trimming;
  }

  async #trimToBounds(): Promise<void> {
    const { maxCount, maxBytes } = this.#bounds;
    if (this.#count > maxCount) await this.#trimTo(this.#last - maxCount);
    let excess = this.#bytes - maxBytes;
    if (excess <= 0) return;
    excess += maxBytes / 100;
    // The newest one stays, however large it is.
    await this.#trimWhile(({ value, cursor }) => {
      const goes = excess > 0 && cursor < this.#last;
      excess -= value.length;
      return goes;
    });
  }

  async #trimWhile(goes: (entry: { cursor: number; timeMs: number; value: Uint8Array }) => boolean): Promise<void> {
    for (;;) {
      const entries = await this.#log.read({ after: this.#first - 1, limit: PAGE });
      const stays = entries.findIndex((entry) => !goes(entry));
      const last = stays === -1 ? entries.at(-1) : entries[stays - 1];
      if (last) await this.#trimTo(last.cursor);
      if (stays !== -1 || entries.length === 0) return;
    }
  }

  async #trimTo(cursor: number): Promise<void> {
    await this.#log.trim(cursor);
    const { first, last, bytes } = await this.#log.extent();
    this.#first = first;
    this.#last = Math.max(this.#last, last);
    this.#bytes = bytes;
  }
}
