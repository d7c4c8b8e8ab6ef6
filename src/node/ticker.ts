/** Between two looks, whatever happens: a storm of changes is seen as a few. */
const CALM_MS = 100;

/**
 * When to look again: at an interval, or sooner when something has happened. Ticks that nobody awaits yet count as one.
 */
export class Ticker implements Disposable {
  readonly #intervalMs: number;
  readonly #signal: AbortSignal;
  #wake: (() => void) | undefined;
  #isDue = false;
  #isStopped = false;

  constructor(intervalMs: number, signal: AbortSignal) {
    this.#intervalMs = intervalMs;
    this.#signal = signal;
    signal.addEventListener('abort', this.stop);
    if (signal.aborted) this.stop();
  }

  /** Something has happened. */
  tick(): void {
    this.#isDue = true;
    this.#wake?.();
  }

  /** Resolves to true when it is time to look again, to false when the watch is over. */
  async next(): Promise<boolean> {
    await this.#sleep(CALM_MS, () => this.#isStopped);
    await this.#sleep(this.#intervalMs - CALM_MS, () => this.#isStopped || this.#isDue);
    this.#isDue = false;
    return !this.#isStopped;
  }

  /** Sleeps for so long, or until a wake finds it `enough`. */
  #sleep(ms: number, enough: () => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    timer.unref();
    this.#wake = () => {
      if (enough()) resolve();
    };
    this.#wake();
    return promise.finally(() => {
      clearTimeout(timer);
      this.#wake = undefined;
    });
  }

  /** Ends the watch. */
  readonly stop = (): void => {
    this.#isStopped = true;
    this.#signal.removeEventListener('abort', this.stop);
    this.#wake?.();
  };

  [Symbol.dispose](): void {
    this.stop();
  }
}
