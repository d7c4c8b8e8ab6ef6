/** What was begun, on disk: a call whose answer nobody has must not run again after a restart. */
import type { KeyedTable } from '../../store/store.ts';
import { type Intent, readIntent, writeIntent } from './intent.ts';

/** How long an id is remembered at least, and at most twice as long: longer than any caller retries. */
export const rememberMs = 10 * 60_000;
const purgeBatch = 1_000;

/** Where the number of the time span of now stands. Behind all rows of intents, which begin with digits. */
const SPAN_KEY = 'span';

/**
 * Rows are in the order of the time span that they fall in, so that what is old is found without looking at the rest. Spans
 * are counted by a clock that nobody can set, from start to start: an id is not forgotten because somebody set the other.
 */
export class Intents {
  readonly #table: KeyedTable;
  readonly #ticks: () => number;
  #span: number | undefined;
  #beganMs = 0;
  #turning: Promise<number> | undefined;

  /** `ticks` gives milliseconds of a clock that never jumps. */
  constructor(table: KeyedTable, ticks: () => number = () => performance.now()) {
    this.#table = table;
    this.#ticks = ticks;
  }

  /** The intent of that key, from this time span or the one before. */
  async find(key: string): Promise<Intent | undefined> {
    const span = this.#spanOfNow() ?? (await this.#turn());
    const before = await this.#table.get(rowKey(span - 1, key));
    const row = before ?? (await this.#table.get(rowKey(span, key)));
    return row && readIntent(row.value);
  }

  /** Writes an intent, unless there is one; resolves to that one, or to nothing when it was written. */
  async record(key: string, digest: string): Promise<Intent | undefined> {
    const span = this.#spanOfNow() ?? (await this.#turn());
    // In one turn, so that one commit serves both.
    const [written, before] = await Promise.all([
      this.#table.put(rowKey(span, key), writeIntent({ timeMs: Date.now(), digest }), { ifVersion: 0 }),
      this.#table.get(rowKey(span - 1, key)),
    ]);
    if (before) return readIntent(before.value);
    return written === undefined ? this.find(key) : undefined;
  }

  /** Remembers a call that still runs as if it had begun now: however long it runs, its id is known after a crash. */
  async renew(key: string, digest: string): Promise<void> {
    const span = this.#spanOfNow() ?? (await this.#turn());
    await this.#table.put(rowKey(span, key), writeIntent({ timeMs: Date.now(), digest }), { ifVersion: 0 });
  }

  /** Forgets what is older than the time span before this one. */
  async purge(): Promise<void> {
    const span = this.#spanOfNow() ?? (await this.#turn());
    const kept = rowKey(span - 1, '');
    for (;;) {
      const rows = await this.#table.list({ limit: purgeBatch });
      const old = rows.filter((row) => row.key < kept);
      await Promise.all(old.map((row) => this.#table.delete(row.key)));
      if (old.length < purgeBatch) return;
    }
  }

  /** `undefined` at the start of a process, and at the end of a span. */
  #spanOfNow(): number | undefined {
    return this.#ticks() - this.#beganMs < rememberMs ? this.#span : undefined;
  }

  /** Begins the next span, or goes on with that of the process before: what was in it is kept for longer, never for less. */
  #turn(): Promise<number> {
    this.#turning ??= this.#carryOn().finally(() => {
      this.#turning = undefined;
    });
    return this.#turning;
  }

  async #carryOn(): Promise<number> {
    const passed = this.#span === undefined ? 0 : Math.floor((this.#ticks() - this.#beganMs) / rememberMs);
    const span = (this.#span ?? (await this.#lastSpan())) + passed;
    await this.#table.put(SPAN_KEY, Buffer.from(String(span))); // before any row is in it
    this.#beganMs = this.#span === undefined ? this.#ticks() : this.#beganMs + passed * rememberMs;
    this.#span = span;
    return span;
  }

  /** Without a number, the rows that there may be were counted by the clock on the wall. */
  async #lastSpan(): Promise<number> {
    const row = await this.#table.get(SPAN_KEY);
    return row ? Number(Buffer.from(row.value).toString()) : Math.floor(Date.now() / rememberMs);
  }
}

function rowKey(span: number, key: string): string {
  return `${String(span).padStart(8, '0')}/${key}`;
}
