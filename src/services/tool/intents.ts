/** What was begun, on disk: a call whose answer nobody has must not run again after a restart. */
import type { KeyedTable } from '../../store/store.ts';
import { type Intent, readIntent, writeIntent } from './intent.ts';

/** How long an id is remembered at least, and at most twice as long: longer than any caller retries. */
export const rememberMs = 10 * 60_000;
const purgeBatch = 1_000;

/** Rows are in the order of the time span that they fall in, so that what is old is found without looking at the rest. */
export class Intents {
  readonly #table: KeyedTable;
  readonly #now: () => number;

  constructor(table: KeyedTable, now: () => number = Date.now) {
    this.#table = table;
    this.#now = now;
  }

  /** The intent of that key, from this time span or the one before. */
  async find(key: string): Promise<Intent | undefined> {
    const timeMs = this.#now();
    const before = await this.#table.get(rowKey(timeMs - rememberMs, key));
    const row = before ?? (await this.#table.get(rowKey(timeMs, key)));
    return row && readIntent(row.value);
  }

  /** Writes an intent, unless there is one; resolves to that one, or to nothing when it was written. */
  async record(key: string, digest: string): Promise<Intent | undefined> {
    const timeMs = this.#now();
    const intent = writeIntent({ timeMs, digest });
    // In one turn, so that one commit serves both.
    const [written, before] = await Promise.all([
      this.#table.put(rowKey(timeMs, key), intent, { ifVersion: 0 }),
      this.#table.get(rowKey(timeMs - rememberMs, key)),
    ]);
    if (before) return readIntent(before.value);
    return written === undefined ? this.find(key) : undefined;
  }

  /** Remembers a call that still runs as if it had begun now: however long it runs, its id is known after a crash. */
  async renew(key: string, digest: string): Promise<void> {
    const timeMs = this.#now();
    await this.#table.put(rowKey(timeMs, key), writeIntent({ timeMs, digest }), { ifVersion: 0 });
  }

  /** Forgets what is older than the time span before this one. */
  async purge(): Promise<void> {
    const kept = rowKey(this.#now() - rememberMs, '');
    for (;;) {
      const rows = await this.#table.list({ limit: purgeBatch });
      const old = rows.filter((row) => row.key < kept);
      await Promise.all(old.map((row) => this.#table.delete(row.key)));
      if (old.length < purgeBatch) return;
    }
  }
}

function rowKey(timeMs: number, key: string): string {
  return `${String(Math.floor(timeMs / rememberMs)).padStart(8, '0')}/${key}`;
}
