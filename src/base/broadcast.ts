import { AsyncQueue } from './async-queue.ts';

/**
 * Tells any number of watchers which keys changed. Each watcher has one pending mark for each key, however often the
 * key changes before it looks: a slow watcher costs no memory and sees the newest state.
 */
export class Broadcast<K> {
  readonly #watchers = new Map<(key: K) => void, () => void>();

  /** Marks `key` as changed for everybody. */
  changed(key: K): void {
    for (const mark of this.#watchers.keys()) mark(key);
  }

  /** Ends every watch. */
  close(): void {
    for (const stop of [...this.#watchers.values()]) stop();
  }

  /** Iterates over changed keys until `signal` aborts. Changes count from this call on. */
  watch(signal: AbortSignal): AsyncIterable<K> {
    const marked = new Set<K>();
    const queue = new AsyncQueue<undefined>(() => stop());
    const mark = (key: K) => {
      if (marked.size === 0) queue.push(undefined);
      marked.add(key);
    };
    const stop = () => {
      this.#watchers.delete(mark);
      signal.removeEventListener('abort', stop);
      queue.end();
    };
    this.#watchers.set(mark, stop);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    return drainMarks(queue, marked);
  }
}

async function* drainMarks<K>(queue: AsyncQueue<undefined>, marked: Set<K>): AsyncGenerator<K> {
  for await (const _ of queue) {
    const keys = [...marked];
    marked.clear();
    yield* keys;
  }
}
