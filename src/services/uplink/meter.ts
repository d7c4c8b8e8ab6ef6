/** How much an agent may say that nobody asked for. */
import { MAX_BURST, MAX_PER_SECOND } from './limits.ts';

export class Meter {
  readonly #now: () => number;
  #left = MAX_BURST;
  #filledMs: number;

  /** `now` in milliseconds from any beginning. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#filledMs = now();
  }

  /** Counts one; says whether that was too much. */
  isTooMuch(): boolean {
    const nowMs = this.#now();
    this.#left = Math.min(MAX_BURST, this.#left + ((nowMs - this.#filledMs) * MAX_PER_SECOND) / 1_000);
    this.#filledMs = nowMs;
    this.#left -= 1;
    return this.#left < 0;
  }
}
