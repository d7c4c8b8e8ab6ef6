/** Runs one after the other: what a later one reads, the earlier ones have written. */
export class InTurn {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => undefined); // the caller of `mine` hears of it
    return mine;
  }
}
