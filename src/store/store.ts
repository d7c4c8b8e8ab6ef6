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

export interface Store {
  /** The table of that name, made on first use. Names are `[a-z_]+`. */
  table(name: string): KeyedTable;
  /** Finishes the writes under way, then closes. Idempotent. */
  close(): Promise<void>;
}
