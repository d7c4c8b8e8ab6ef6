/** A pause that somebody or time ends. A call that comes while nobody pauses ends the next pause at once. */
export class Waiter {
  #isCalled = false;
  #end: (() => void) | undefined;

  call(): void {
    this.#isCalled = true;
    this.#end?.();
  }

  /** Resolves after `ms` (may be infinite), or when it is called. */
  async pause(ms: number): Promise<void> {
    if (!this.#isCalled) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#end = resolve;
      const timer = setTimeout(resolve, Math.min(Math.max(ms, 0), MAX_TIMER_MS)).unref();
      await promise;
      clearTimeout(timer);
      this.#end = undefined;
    }
    this.#isCalled = false;
  }
}

/** The longest delay of a timer; who waits longer looks once more. */
const MAX_TIMER_MS = 2 ** 31 - 1;
