/** What a stream has brought so far, with the moment at which each item came. */
import { eventually } from './verify.ts';

export interface Arrival<Item> {
  readonly item: Item;
  /** On the clock of `performance.now()`. */
  readonly atMs: number;
}

/** Reads a stream in the background until it is disposed of, or the stream ends. */
export class Collected<Item> implements AsyncDisposable {
  readonly arrivals: Arrival<Item>[] = [];
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #failure: unknown;

  /** `open` gets the signal that ends the stream. */
  constructor(open: (signal: AbortSignal) => AsyncIterable<Item>) {
    this.#done = this.#read(open(this.#stop.signal));
  }

  /** Waits until one of the items is it. Throws what the stream failed with. */
  until(expectation: string, is: (item: Item) => boolean, timeoutMs?: number): Promise<Arrival<Item>> {
    const look = async () => {
      const found = this.arrivals.find(({ item }) => is(item));
      if (found === undefined && this.#failure !== undefined) throw this.#failure;
      return found;
    };
    return eventually(expectation, look, timeoutMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #read(items: AsyncIterable<Item>): Promise<void> {
    try {
      for await (const item of items) this.arrivals.push({ item, atMs: performance.now() });
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#failure = error;
    }
  }
}
