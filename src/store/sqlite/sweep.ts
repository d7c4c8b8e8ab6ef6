/**
 * Takes the entries off the disk that were trimmed or dropped, a little at a time: a million of them would hold up
 * everyone for seconds. What is left when the store closes goes on when it opens.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { MAX_CURSOR } from '../limits.ts';
import type { Batch } from './batch.ts';
import { SWEEP_BYTES, SWEEP_ROWS } from './logs.ts';
import { BASE, CURSOR } from './schema.ts';

/** Between two steps, each of which takes a millisecond or two: the rest is for those who wait. */
const PAUSE_MS = 10;

/** After a failure (a full disk, another program that writes). */
const FAILED_PAUSE_MS = 10_000;

export class Sweeper {
  readonly #batch: Batch;
  readonly #forget: () => void;
  readonly #unswept: StatementSync;
  readonly #sizes: StatementSync;
  readonly #deleteEntries: StatementSync;
  readonly #swept: StatementSync;
  readonly #deleteLog: StatementSync;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** `forget` is told when rows of logs have changed. */
  constructor(db: DatabaseSync, batch: Batch, forget: () => void) {
    this.#batch = batch;
    this.#forget = forget;
    this.#unswept = db.prepare(
      'SELECT id, name, first, swept FROM logs WHERE name IS NULL OR swept < first - 1 ORDER BY id LIMIT 1',
    );
    // Counted by SQLite: a thousand rows as objects would cost more than to delete them.
    this.#sizes = db.prepare(`
      SELECT count(*) AS count, count(*) FILTER (WHERE fits) AS fitting, max(cursor) FILTER (WHERE fits) AS reach FROM (
        SELECT ${CURSOR}, total_bytes - first_value(total_bytes) OVER (ORDER BY id) <= ${SWEEP_BYTES} AS fits
        FROM log_entries WHERE id > ${BASE} + ?2 AND id <= ${BASE} + ?3 ORDER BY id LIMIT ${SWEEP_ROWS})`);
    this.#deleteEntries = db.prepare(`DELETE FROM log_entries WHERE id > ${BASE} + ?2 AND id <= ${BASE} + ?3`);
    this.#swept = db.prepare('UPDATE logs SET swept = ?2 WHERE id = ?1');
    this.#deleteLog = db.prepare('DELETE FROM logs WHERE id = ?1');
  }

  /** Starts, unless it is under way. */
  wake(pauseMs = PAUSE_MS): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => void this.#work(), pauseMs).unref();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #work(): Promise<void> {
    const pauseMs = await this.#batch
      .write(() => this.#step())
      .then(
        (hasMore) => (hasMore ? PAUSE_MS : undefined),
        () => FAILED_PAUSE_MS,
      );
    this.#timer = undefined;
    if (pauseMs !== undefined) this.wake(pauseMs);
  }

  /** Gives whether it found something to do; then there may be more. */
  #step(): boolean {
    const log = this.#unswept.get();
    if (!log) return false;
    const id = Number(log['id']);
    const swept = Number(log['swept']);
    const isDropped = log['name'] === null;
    const end = isDropped ? MAX_CURSOR : Number(log['first']) - 1;
    const upTo = this.#reach(id, swept, end);
    this.#deleteEntries.run(id, swept, upTo);
    if (isDropped && upTo === end) this.#deleteLog.run(id);
    else this.#swept.run(id, upTo);
    this.#forget();
    return true;
  }

  /** The last cursor that this step takes off. */
  #reach(id: number, swept: number, end: number): number {
    const found = this.#sizes.get(id, swept, end);
    const [count, fitting] = [Number(found?.['count']), Number(found?.['fitting'])];
    return count < SWEEP_ROWS && fitting === count ? end : Number(found?.['reach']);
  }
}
