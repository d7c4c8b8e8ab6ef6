import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { checkKey, checkListLimit, checkValue } from '../limits.ts';
import type { KeyedTable, ListOptions, PutOptions, Row } from '../store.ts';
import type { Batch } from './batch.ts';

/** The rows of all tables. Text compares by its UTF-8 bytes (collation BINARY). All of it runs inside of a batch's jobs. */
export class Rows {
  readonly #get: StatementSync;
  readonly #version: StatementSync;
  readonly #upsert: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;
  readonly #list: StatementSync;

  constructor(db: DatabaseSync) {
    const insert = 'INSERT INTO entries (collection, key, value, version) VALUES (?, ?, ?, 1) ON CONFLICT DO';
    this.#get = db.prepare('SELECT key, value, version FROM entries WHERE collection = ? AND key = ?');
    this.#version = db.prepare('SELECT version FROM entries WHERE collection = ? AND key = ?');
    this.#upsert = db.prepare(
      `${insert} UPDATE SET value = excluded.value, version = entries.version + 1 RETURNING version`,
    );
    this.#insert = db.prepare(`${insert} NOTHING`);
    this.#update = db.prepare(
      'UPDATE entries SET value = ?3, version = version + 1 WHERE collection = ?1 AND key = ?2 AND version = ?4 RETURNING version',
    );
    this.#delete = db.prepare('DELETE FROM entries WHERE collection = ? AND key = ?');
    this.#list = db.prepare(
      'SELECT key, value, version FROM entries WHERE collection = ? AND key >= ? AND key > ? ORDER BY key',
    );
  }

  get(table: string, key: string): Row | undefined {
    const row = this.#get.get(table, key);
    return row && toRow(row);
  }

  /** 0 if there is no row. */
  versionOf(table: string, key: string): number {
    return Number(this.#version.get(table, key)?.['version'] ?? 0);
  }

  /** Gives the new version. */
  put(table: string, key: string, value: Uint8Array): number {
    return Number(this.#upsert.get(table, key, value)?.['version']);
  }

  /** Gives `undefined` if the row has another version. */
  putIf(table: string, key: string, value: Uint8Array, ifVersion: number): number | undefined {
    if (ifVersion === 0) return this.#insert.run(table, key, value).changes === 0 ? undefined : 1;
    const row = this.#update.get(table, key, value, ifVersion);
    return row && Number(row['version']);
  }

  delete(table: string, key: string): boolean {
    return this.#delete.run(table, key).changes !== 0;
  }

  list(table: string, prefix: string, after: string, limit: number): Row[] {
    const rows: Row[] = [];
    if (limit === 0) return rows;
    for (const row of this.#list.iterate(table, prefix, after)) {
      // Keys come in order, so the first one without the prefix ends it.
      if (!String(row['key']).startsWith(prefix)) break;
      rows.push(toRow(row));
      if (rows.length === limit) break;
    }
    return rows;
  }
}

export class SqliteTable implements KeyedTable {
  readonly #name: string;
  readonly #rows: Rows;
  readonly #batch: Batch;

  constructor(name: string, rows: Rows, batch: Batch) {
    this.#name = name;
    this.#rows = rows;
    this.#batch = batch;
  }

  async get(key: string): Promise<Row | undefined> {
    checkKey(key);
    return this.#batch.read(() => this.#rows.get(this.#name, key));
  }

  async put(key: string, value: Uint8Array, options: PutOptions = {}): Promise<number | undefined> {
    checkKey(key);
    checkValue(value);
    // The write happens later in this turn; what the caller does to its bytes meanwhile must not count.
    const bytes = new Uint8Array(value);
    const { ifVersion } = options;
    const put =
      ifVersion === undefined
        ? () => this.#rows.put(this.#name, key, bytes)
        : () => this.#rows.putIf(this.#name, key, bytes, ifVersion);
    return this.#batch.write(put, bytes.byteLength);
  }

  async delete(key: string): Promise<boolean> {
    checkKey(key);
    return this.#batch.write(() => this.#rows.delete(this.#name, key));
  }

  async list(options: ListOptions = {}): Promise<Row[]> {
    const limit = checkListLimit(options.limit);
    const { prefix = '', after = '' } = options;
    return this.#batch.read(() => this.#rows.list(this.#name, prefix, after, limit));
  }
}

function toRow(row: Record<string, SQLOutputValue>): Row {
  return { key: String(row['key']), value: row['value'] as Uint8Array, version: Number(row['version']) };
}
