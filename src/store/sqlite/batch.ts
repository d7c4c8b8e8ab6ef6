/**
 * Group commit: what one turn of the event loop writes shares one transaction, so that a hundred writes cost one wait
 * for the disk. A promise resolves only after the commit.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LocalError } from '../../base/errors.ts';
import { storeClosed } from '../limits.ts';
import { isBusy, storeError } from './errors.ts';

/** A turn that queues more commits in between, so that the memory of a busy turn is bounded. */
const MAX_QUEUED = 4096;

/** The same in bytes of values. */
const MAX_QUEUED_BYTES = 16 * 1024 * 1024;

/** How long writes wait for another program that writes the file. */
const BUSY_WAIT_MS = 5000;

/** How often they look whether it has ended. Nothing blocks meanwhile. */
const BUSY_LOOK_MS = 20;

interface Job {
  readonly run: () => unknown;
  readonly isRead: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What a job gave that failed by itself, without harm to the others. */
class Refusal {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

export class Batch {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #onRollback: () => void;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  #queue: Job[] = [];
  #queuedBytes = 0;
  #immediate: NodeJS.Immediate | undefined;
  /** Another program writes the file, since then. */
  #busySinceMs: number | undefined;
  #busyTimer: NodeJS.Timeout | undefined;
  #closed = false;

  /** `onRollback` forgets what jobs have learned in a transaction that is undone. */
  constructor(db: DatabaseSync, path: string, onRollback: () => void) {
    this.#db = db;
    this.#path = path;
    this.#onRollback = onRollback;
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
  }

  /**
   * Runs a write of so many `bytes` at the end of this turn; resolves to what it returned, when that is on the disk. A
   * `LocalError` that it throws before it has written anything is its own; any other failure undoes the whole group.
   */
  write<T>(run: () => T, bytes = 0): Promise<T> {
    return this.#enqueue(run, false, bytes);
  }

  /** Runs a read: at once, or behind the writes that wait, so that everyone reads what they wrote. */
  read<T>(run: () => T): Promise<T> {
    if (this.#closed || this.#queue.length > 0) return this.#enqueue(run, true, 0);
    try {
      return Promise.resolve(run());
    } catch (error) {
      return Promise.reject(storeError(this.#path, error));
    }
  }

  /** Commits what waits and refuses the rest. Blocks while another program writes, as long as writes wait for one. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#queue.length === 0) return;
    this.#db.exec(`PRAGMA busy_timeout = ${BUSY_WAIT_MS}`);
    this.#flush();
  }

  #enqueue<T>(run: () => T, isRead: boolean, bytes: number): Promise<T> {
    if (this.#closed) return Promise.reject(storeClosed());
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#queue.push({ run, isRead, resolve, reject });
    this.#queuedBytes += bytes;
    if (this.#isFull()) this.#flush();
    else if (this.#busySinceMs === undefined) this.#immediate ??= setImmediate(() => this.#flush());
    return promise as Promise<T>;
  }

  /** Commits what waits, now or once nobody else writes. */
  #flush(): void {
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
    try {
      this.#begin.run();
    } catch (error) {
      const waits = isBusy(error) && !this.#isFull() && this.#waitForOthers();
      if (!waits) this.#fail(this.#takeQueue(), error);
      return;
    }
    const jobs = this.#takeQueue();
    try {
      const results = this.#transact(jobs);
      for (const [index, job] of jobs.entries()) this.#settle(job, results[index]);
    } catch (error) {
      this.#undo();
      this.#fail(jobs, error);
    }
  }

  #isFull(): boolean {
    return this.#queue.length >= MAX_QUEUED || this.#queuedBytes >= MAX_QUEUED_BYTES;
  }

  /** Whether there is still time to wait; then it looks again by itself. */
  #waitForOthers(): boolean {
    this.#busySinceMs ??= performance.now();
    if (this.#closed || performance.now() - this.#busySinceMs >= BUSY_WAIT_MS) return false;
    this.#busyTimer = setTimeout(() => this.#flush(), BUSY_LOOK_MS);
    return true;
  }

  #takeQueue(): Job[] {
    const jobs = this.#queue;
    clearTimeout(this.#busyTimer);
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#busySinceMs = undefined;
    return jobs;
  }

  #transact(jobs: readonly Job[]): unknown[] {
    const results = jobs.map((job) => this.#run(job));
    this.#commit.run();
    return results;
  }

  #run(job: Job): unknown {
    try {
      return job.run();
    } catch (error) {
      // Some failures (a full disk) end the transaction; then nothing of it may be taken for written.
      const isHarmless = (job.isRead || error instanceof LocalError) && this.#db.isTransaction;
      if (isHarmless) return new Refusal(error);
      throw error;
    }
  }

  #settle(job: Job, result: unknown): void {
    if (result instanceof Refusal) job.reject(storeError(this.#path, result.error));
    else job.resolve(result);
  }

  #undo(): void {
    this.#onRollback();
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
  }

  /** Nothing of it was written. Reads go on by themselves: they need no room, and wait for nobody. */
  #fail(jobs: readonly Job[], error: unknown): void {
    const failure = storeError(this.#path, error);
    for (const job of jobs) {
      if (job.isRead) this.#settle(job, attempt(job.run));
      else job.reject(failure);
    }
  }
}

function attempt(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return new Refusal(error);
  }
}
