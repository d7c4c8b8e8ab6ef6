import { checkCursor, checkRead, checkValue, logEnded, MAX_CURSOR, MAX_LOGS, tooManyLogs } from '../limits.ts';
import type { AppendLog, LogEntry, LogExtent, ReadOptions } from '../store.ts';

/** Entries that are gone are let go of in pieces of this size, so that trimming one by one costs nothing. */
const SLACK = 1024;

/** The entries of one log, synchronous. */
export class Entries {
  readonly #name: string;
  /** Entry `n` of the array has the cursor `#base + n + 1`; those below `#first` are gone. */
  #entries: LogEntry[] = [];
  #base = 0;
  #first = 1;
  #bytes = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** `value` must be the log's own. */
  append(value: Uint8Array): number {
    const cursor = this.#last() + 1;
    if (cursor > MAX_CURSOR) throw logEnded(this.#name);
    this.#entries.push({ cursor, timeMs: Date.now(), value });
    this.#bytes += value.byteLength;
    return cursor;
  }

  trim(cursor: number): number {
    const first = Math.max(this.#first, Math.min(cursor, this.#last()) + 1);
    const gone = this.#entries.slice(this.#first - 1 - this.#base, first - 1 - this.#base);
    this.#bytes -= gone.reduce((sum, { value }) => sum + value.byteLength, 0);
    this.#first = first;
    const dead = first - 1 - this.#base;
    if (dead >= SLACK || dead === this.#entries.length) {
      this.#entries = this.#entries.slice(dead);
      this.#base += dead;
    }
    return gone.length;
  }

  extent(): LogExtent {
    const last = this.#last();
    return { first: this.#first, last, count: last - this.#first + 1, bytes: this.#bytes };
  }

  read({ after, before, limit, maxBytes, newestFirst }: Required<ReadOptions>): LogEntry[] {
    const from = Math.max(after + 1, this.#first);
    const to = Math.min(before - 1, this.#last());
    const page: LogEntry[] = [];
    let bytes = 0;
    for (let n = 0; n < Math.min(limit, to - from + 1); n++) {
      const entry = this.#entries[(newestFirst ? to - n : from + n) - 1 - this.#base];
      if (!entry) break;
      bytes += entry.value.byteLength;
      if (page.length > 0 && bytes > maxBytes) break;
      page.push({ ...entry, value: new Uint8Array(entry.value) });
    }
    return page;
  }

  #last(): number {
    return this.#base + this.#entries.length;
  }
}

/** A log in an array. Methods are async so that errors are rejections, as they are where there is a disk. */
export class MemoryLog implements AppendLog {
  readonly #name: string;
  readonly #logs: Map<string, Entries>;
  readonly #assertOpen: () => void;

  constructor(name: string, logs: Map<string, Entries>, assertOpen: () => void) {
    this.#name = name;
    this.#logs = logs;
    this.#assertOpen = assertOpen;
  }

  async append(value: Uint8Array): Promise<number> {
    this.#assertOpen();
    checkValue(value);
    return entriesOf(this.#logs, this.#name).append(new Uint8Array(value));
  }

  async read(options?: ReadOptions): Promise<LogEntry[]> {
    this.#assertOpen();
    const asked = checkRead(options);
    return this.#logs.get(this.#name)?.read(asked) ?? [];
  }

  async extent(): Promise<LogExtent> {
    this.#assertOpen();
    return (this.#logs.get(this.#name) ?? new Entries(this.#name)).extent();
  }

  async trim(cursor: number): Promise<number> {
    this.#assertOpen();
    checkCursor(cursor);
    return this.#logs.get(this.#name)?.trim(cursor) ?? 0;
  }
}

/** The entries of that name, made if there are none. Throws `STORE_TOO_MANY_LOGS`. */
export function entriesOf(logs: Map<string, Entries>, name: string): Entries {
  const found = logs.get(name);
  if (found) return found;
  if (logs.size >= MAX_LOGS) throw tooManyLogs();
  const made = new Entries(name);
  logs.set(name, made);
  return made;
}
