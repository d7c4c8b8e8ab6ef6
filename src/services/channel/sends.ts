/** The ids of sends that are remembered, so that a repeated one has the effect of one. */
import { REMEMBER_MS, REMEMBERED_SENDS } from './limits.ts';

/**
 * Cursors by sender and id, in two generations: the younger becomes the older when its time is up or it is full, and
 * what was the older is forgotten. So each id is there for a generation's time at least, unless there are too many.
 */
export class Sends {
  #young = new Map<string, number>();
  #old = new Map<string, number>();
  #bornMs: number;
  readonly #max: number;

  /** `nowMs` of a clock that only goes on. */
  constructor(nowMs: number, max: number = REMEMBERED_SENDS / 2) {
    this.#bornMs = nowMs;
    this.#max = max;
  }

  get(key: string): number | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: string, cursor: number, nowMs: number): void {
    if (this.#young.size >= this.#max || nowMs - this.#bornMs >= REMEMBER_MS) this.#age(nowMs);
    this.#young.set(key, cursor);
  }

  #age(nowMs: number): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#bornMs = nowMs;
  }
}
