/**
 * What the services ask of a disk. Each implementation passes `test/compliance/store.ts`.
 */

/** A row of a table. */
export interface Row {
  readonly key: string;
  readonly value: Uint8Array;
  /** Grows by one with each write of this key; the first write gives 1. */
  readonly version: number;
}

export interface PutOptions {
  /** Write only if the row has this version; 0 means "only if there is no row". */
  ifVersion?: number;
}

export interface ListOptions {
  /** Only keys that start with this. */
  prefix?: string;
  /** Only keys after this one, in byte order. */
  after?: string;
  /** At most this many rows; 1,000 if absent. */
  limit?: number;
}

/** A keyed table with compare-and-set. Writes resolve when they are on disk. */
export interface KeyedTable {
  get(key: string): Promise<Row | undefined>;
  /** Resolves to the row's new version, or to `undefined` if `ifVersion` did not match. */
  put(key: string, value: Uint8Array, options?: PutOptions): Promise<number | undefined>;
  /** Resolves to whether there was a row. */
  delete(key: string): Promise<boolean>;
  list(options?: ListOptions): Promise<Row[]>;
}

export interface LogEntry {
  readonly cursor: number;
  /** The clock of this machine when the entry was appended. It may jump back from one entry to the next, as clocks do. */
  readonly timeMs: number;
  readonly value: Uint8Array;
}

export interface ReadOptions {
  /** Only entries after this cursor; 0 if absent, which is from the start. A cursor from the future gives nothing. */
  after?: number;
  /** Only entries before this cursor; no bound if absent. */
  before?: number;
  /** At most this many entries; 1,000 if absent. */
  limit?: number;
  /** At most about this many bytes of values, but one entry however large; 1 MiB if absent. */
  maxBytes?: number;
  /** From the newest down; from the oldest up if absent. */
  newestFirst?: boolean;
}

export interface LogExtent {
  /** The first cursor still kept; one more than `last` if nothing is. */
  readonly first: number;
  /** The last cursor given; 0 if none ever. */
  readonly last: number;
  readonly count: number;
  /** Bytes of the values that are kept. */
  readonly bytes: number;
}

/**
 * An append-only log. Cursors of one log start at 1, grow by one, and never come again, even when all entries were
 * trimmed. Only a repair of a damaged disk leaves gaps between them.
 */
export interface AppendLog {
  /** Resolves to the entry's cursor when it is on disk. Order of calls = order of cursors. */
  append(value: Uint8Array): Promise<number>;
  read(options?: ReadOptions): Promise<LogEntry[]>;
  extent(): Promise<LogExtent>;
  /**
   * Deletes the entries up to and including `cursor` (all, if it lies in the future); resolves to how many. Costs the
   * caller little, however many they are.
   */
  trim(cursor: number): Promise<number>;
}

/**
 * What a queue knows a holder by. It is worth something until the item is given back, done, cancelled, or taken by
 * another, which it can be from the end of its lease on.
 */
export interface Ticket {
  /** Never given again. */
  readonly id: number;
  /** How often it was taken, this time included. */
  readonly attempt: number;
}

export interface Leased extends Ticket {
  readonly value: Uint8Array;
}

export interface PushOptions {
  /** Larger ones are taken first; a whole number, 0 if absent. */
  priority?: number | undefined;
  /** Before it is over nobody is given the item; 0 if absent. */
  delayMs?: number | undefined;
}

export interface TakeOptions {
  /** Whoever has not said in this time what became of an item loses it to the next one. */
  leaseMs: number;
  /** At most this many items; 1 if absent. */
  limit?: number;
}

/**
 * A queue of which everyone who works takes, each item at least once. By priority, then in the order of the pushes. Time
 * is that of the process: a clock that is set meanwhile neither ends a lease nor makes one longer, and after a restart no
 * wait is longer than it was when it began.
 */
export interface LeaseQueue {
  /** Resolves to the item's id when it is on disk. */
  push(value: Uint8Array, options?: PushOptions): Promise<number>;
  /** Items that nobody has, and whose delay is over. */
  take(options: TakeOptions): Promise<Leased[]>;
  /** Lets the lease end so much after now. Resolves to whether the ticket is still worth something, as the next two do. */
  extend(ticket: Ticket, leaseMs: number): Promise<boolean>;
  /** Gives an item back, for others to take after the delay; at once if there is none. */
  release(ticket: Ticket, delayMs?: number): Promise<boolean>;
  /** Takes an item out of the queue. */
  done(ticket: Ticket): Promise<boolean>;
  /** Takes an item out of the queue, whoever has it. Resolves to whether it was there. */
  cancel(id: number): Promise<boolean>;
  size(): Promise<QueueSize>;
}

export interface QueueSize {
  /** Items, held or not. */
  readonly count: number;
  /** Until the first of them can be taken, if there are any. */
  readonly dueInMs?: number;
}

/** One of the writes that happen together. */
export type Write =
  | {
      readonly op: 'put';
      readonly table: string;
      readonly key: string;
      readonly value: Uint8Array;
      /** As in `PutOptions`; counts what stands before it in the same group. */
      readonly ifVersion?: number | undefined;
    }
  | { readonly op: 'delete'; readonly table: string; readonly key: string }
  | { readonly op: 'append'; readonly log: string; readonly value: Uint8Array }
  | { readonly op: 'trim'; readonly log: string; readonly cursor: number }
  | ({ readonly op: 'push'; readonly queue: string; readonly value: Uint8Array } & Readonly<PushOptions>)
  | { readonly op: 'done'; readonly queue: string; readonly ticket: Ticket };

export interface Store {
  /** The table of that name, made on first use. Names are `[a-z_]+`. */
  table(name: string): KeyedTable;
  /** The log of that name, made by its first entry. Any well-formed name of up to 200 bytes, such as `channel/dev`. */
  log(name: string): AppendLog;
  /** The names of the logs that start with `prefix`, in byte order; a log that was trimmed to nothing is among them. */
  logs(prefix: string): Promise<string[]>;
  /** Deletes a log with its entries and the memory of its cursors; resolves to whether there was one. */
  dropLog(name: string): Promise<boolean>;
  /** The queue of that name, with names as those of logs. */
  queue(name: string): LeaseQueue;
  /**
   * All or nothing, in their order, with whatever else is being written. Resolves to one number a write (the new
   * version; 1 or 0 for a delete or a `done`; the cursor; the number of entries trimmed; the item's id), or to `undefined` if an `ifVersion` did
   * not match: then nothing was written.
   */
  write(writes: readonly Write[]): Promise<number[] | undefined>;
  /** Finishes the writes under way, then closes. Idempotent. */
  close(): Promise<void>;
}
