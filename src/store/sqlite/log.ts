import { checkCursor, checkRead, checkValue } from '../limits.ts';
import type { AppendLog, LogEntry, LogExtent, ReadOptions } from '../store.ts';
import type { Batch } from './batch.ts';
import type { Logs } from './logs.ts';

export class SqliteLog implements AppendLog {
  readonly #name: string;
  readonly #logs: Logs;
  readonly #batch: Batch;

  constructor(name: string, logs: Logs, batch: Batch) {
    this.#name = name;
    this.#logs = logs;
    this.#batch = batch;
  }

  append(value: Uint8Array): Promise<number> {
    try {
      checkValue(value);
    } catch (error) {
      return Promise.reject(error);
    }
    // The write happens later in this turn; what the caller does to its bytes meanwhile must not count.
    const bytes = new Uint8Array(value);
    return this.#batch.write(() => this.#logs.append(this.#name, bytes), bytes.byteLength);
  }

  async read(options?: ReadOptions): Promise<LogEntry[]> {
    const asked = checkRead(options);
    return this.#batch.read(() => this.#logs.read(this.#name, asked));
  }

  async extent(): Promise<LogExtent> {
    return this.#batch.read(() => this.#logs.extent(this.#name));
  }

  async trim(cursor: number): Promise<number> {
    const upTo = checkCursor(cursor);
    return this.#batch.write(() => this.#logs.trim(this.#name, upTo));
  }
}
