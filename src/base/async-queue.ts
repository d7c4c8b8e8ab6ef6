/**
 * A queue between someone who pushes and someone who iterates. The pusher bounds it: `size` tells how much waits.
 */
export class AsyncQueue<T> implements AsyncIterableIterator<T> {
  #items: T[] = [];
  #waiting: PromiseWithResolvers<IteratorResult<T>>[] = [];
  #end: { error?: unknown } | undefined;
  readonly #onReturn: (() => void) | undefined;

  /** `onReturn` is called once if the reader stops before the end. */
  constructor(onReturn?: () => void) {
    this.#onReturn = onReturn;
  }

  get size(): number {
    return this.#items.length;
  }

  get ended(): boolean {
    return this.#end !== undefined;
  }

  /** Adds an item; ignored after the end. */
  push(item: T): void {
    if (this.#end) return;
    const waiter = this.#waiting.shift();
    if (waiter) waiter.resolve({ value: item, done: false });
    else this.#items.push(item);
  }

  /** No more items: the reader gets what is there, then the end. */
  end(): void {
    this.#finish({});
  }

  /** No more items: the reader gets what is there, then the error. */
  fail(error: unknown): void {
    this.#finish({ error });
  }

  #finish(end: { error?: unknown }): void {
    if (this.#end) return;
    this.#end = end;
    for (const waiter of this.#waiting.splice(0)) this.#settle(waiter);
  }

  #settle(waiter: PromiseWithResolvers<IteratorResult<T>>): void {
    if (this.#end && 'error' in this.#end) {
      waiter.reject(this.#end.error);
      this.#end = {};
    } else {
      waiter.resolve({ value: undefined, done: true });
    }
  }

  /** The next item, if it is there already. */
  takeNow(): T | undefined {
    return this.#items.shift();
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#items.length > 0) return Promise.resolve({ value: this.#items.shift() as T, done: false });
    const waiter = Promise.withResolvers<IteratorResult<T>>();
    if (this.#end) this.#settle(waiter);
    else this.#waiting.push(waiter);
    return waiter.promise;
  }

  return(): Promise<IteratorResult<T>> {
    const early = this.#end === undefined;
    this.#items = [];
    this.end();
    if (early) this.#onReturn?.();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
