/**
 * What trust asks of a store: a part of its keyed table. Trust stands below no store, so it says what it needs and
 * `node/` hands it in.
 */

export interface TrustRow {
  readonly key: string;
  readonly value: Uint8Array;
  readonly version: number;
}

export interface TrustTable {
  get(key: string): Promise<TrustRow | undefined>;
  /** `undefined` if the row is not at `ifVersion` (0: there is none). Resolves when it is on the disk. */
  put(key: string, value: Uint8Array, options?: { ifVersion?: number }): Promise<number | undefined>;
  delete(key: string): Promise<boolean>;
  list(options?: { prefix?: string; after?: string; limit?: number }): Promise<TrustRow[]>;
}

const PAGE_ROWS = 1000;

/** All rows, page by page. */
export async function* allRows(table: TrustTable): AsyncGenerator<TrustRow> {
  for (let after: string | undefined; ; ) {
    const rows = await table.list({ limit: PAGE_ROWS, ...(after === undefined ? {} : { after }) });
    yield* rows;
    after = rows.at(-1)?.key;
    if (rows.length < PAGE_ROWS) return;
  }
}

/** A record as the bytes of a row. Rows are this node's own: no other program reads them. */
export function toRow<T extends object>(record: T): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(record));
}

/** The record that `toRow` wrote. */
export function fromRow<T extends object>(row: TrustRow): T {
  return JSON.parse(new TextDecoder().decode(row.value)) as T;
}
