/** What must be ended, in the opposite order of its beginning. */
export class Closers {
  readonly #closers: (() => unknown)[] = [];
  #closing: Promise<void> | undefined;

  /** `close` runs before everything that was added earlier. It may return a promise. */
  add(close: () => unknown): void {
    this.#closers.push(close);
  }

  /** Ends everything; one that fails stops no other. Rejects with the failures at the end. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closers.reverse()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be ended in order');
  }
}
