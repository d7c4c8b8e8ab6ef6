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
  | { readonly op: 'trim'; readonly log: string; readonly cursor: number };

export interface Store {
  /** The table of that name, made on first use. Names are `[a-z_]+`. */
  table(name: string): KeyedTable;
  /** The log of that name, made by its first entry. Any well-formed name of up to 200 bytes, such as `channel/dev`. */
  log(name: string): AppendLog;
  /** The names of the logs that start with `prefix`, in byte order; a log that was trimmed to nothing is among them. */
  logs(prefix: string): Promise<string[]>;
  /** Deletes a log with its entries and the memory of its cursors; resolves to whether there was one. */
  dropLog(name: string): Promise<boolean>;
  /**
   * All or nothing, in their order, with whatever else is being written. Resolves to one number a write (the new
   * version; 1 or 0 for a delete; the cursor; the number of entries trimmed), or to `undefined` if an `ifVersion` did
   * not match: then nothing was written.
   */
  write(writes: readonly Write[]): Promise<number[] | undefined>;
  /** Finishes the writes under way, then closes. Idempotent. */
  close(): Promise<void>;
}
