/**
 * Group commit: what one turn of the event loop writes shares one transaction, so that a hundred writes cost one wait
 * for the disk. A promise resolves only after the commit.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { storeClosed } from '../limits.ts';
import { storeError } from './errors.ts';

/** A turn that queues more commits in between, so that the memory of a busy turn is bounded. */
const MAX_QUEUED = 4096;

interface Job {
  readonly run: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export class Batch {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  #queue: Job[] = [];
  #timer: NodeJS.Immediate | undefined;
  #closed = false;

  constructor(db: DatabaseSync, path: string) {
    this.#db = db;
    this.#path = path;
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
  }

  /** Runs a write at the end of this turn; resolves to what it returned, when that is on the disk. */
  write<T>(run: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(storeClosed());
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#queue.push({ run, resolve, reject });
    if (this.#queue.length >= MAX_QUEUED) this.flush();
    else this.#timer ??= setImmediate(() => this.flush());
    return promise as Promise<T>;
  }

  /** Runs a read: at once, or behind the writes that wait, so that everyone reads what they wrote. */
  read<T>(run: () => T): Promise<T> {
    if (this.#closed || this.#queue.length > 0) return this.write(run);
    try {
      return Promise.resolve(run());
    } catch (error) {
      return Promise.reject(storeError(this.#path, error));
    }
  }

  /** Commits what waits. */
  flush(): void {
    clearImmediate(this.#timer);
    this.#timer = undefined;
    const jobs = this.#queue;
    if (jobs.length === 0) return;
    this.#queue = [];
    try {
      const results = this.#transact(jobs);
      for (const [index, job] of jobs.entries()) job.resolve(results[index]);
    } catch (error) {
      const failure = storeError(this.#path, error);
      for (const job of jobs) job.reject(failure);
    }
  }

  /** Commits what waits and refuses the rest. */
  close(): void {
    this.flush();
    this.#closed = true;
  }

  #transact(jobs: readonly Job[]): unknown[] {
    this.#begin.run();
    try {
      const results = jobs.map((job) => job.run());
      this.#commit.run();
      return results;
    } catch (error) {
      // After some failures (a full disk) SQLite has already rolled back.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }
}
