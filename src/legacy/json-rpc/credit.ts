import { MAX_CREDITS } from './limits.ts';

/** How many more values of a stream its reader takes. */
export class Credit {
  #left: number;
  #waiting: PromiseWithResolvers<void> | undefined;

  constructor(count: number) {
    this.#left = count;
  }

  /** The reader takes `count` more. */
  add(count: number): void {
    this.#left = Math.min(this.#left + count, MAX_CREDITS);
    if (this.#waiting === undefined || this.#left === 0) return;
    this.#left--;
    this.#waiting.resolve();
    this.#waiting = undefined;
  }

  /** Takes one; a promise where there is none yet. By one taker at a time. */
  take(): Promise<void> | undefined {
    if (this.#left > 0) {
      this.#left--;
      return undefined;
    }
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** Ends the wait of whoever takes. */
  fail(error: unknown): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}
