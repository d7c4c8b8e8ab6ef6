import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { checkKey, checkListLimit, checkValue } from '../limits.ts';
import type { KeyedTable, ListOptions, PutOptions, Row } from '../store.ts';
import type { Batch } from './batch.ts';

/** The statements that all tables share, compiled once. Text compares by its UTF-8 bytes (collation BINARY). */
export class Statements {
  readonly get: StatementSync;
  readonly upsert: StatementSync;
  readonly insert: StatementSync;
  readonly update: StatementSync;
  readonly delete: StatementSync;
  readonly list: StatementSync;

  constructor(db: DatabaseSync) {
    const insert = 'INSERT INTO entries (collection, key, value, version) VALUES (?, ?, ?, 1) ON CONFLICT DO';
    this.get = db.prepare('SELECT key, value, version FROM entries WHERE collection = ? AND key = ?');
    this.upsert = db.prepare(
      `${insert} UPDATE SET value = excluded.value, version = entries.version + 1 RETURNING version`,
    );
    this.insert = db.prepare(`${insert} NOTHING`);
    this.update = db.prepare(
      'UPDATE entries SET value = ?3, version = version + 1 WHERE collection = ?1 AND key = ?2 AND version = ?4 RETURNING version',
    );
    this.delete = db.prepare('DELETE FROM entries WHERE collection = ? AND key = ?');
    this.list = db.prepare(
      'SELECT key, value, version FROM entries WHERE collection = ? AND key >= ? AND key > ? ORDER BY key',
    );
  }
}

export class SqliteTable implements KeyedTable {
  readonly #name: string;
  readonly #statements: Statements;
  readonly #batch: Batch;

  constructor(name: string, statements: Statements, batch: Batch) {
    this.#name = name;
    this.#statements = statements;
    this.#batch = batch;
  }

  async get(key: string): Promise<Row | undefined> {
    checkKey(key);
    return this.#batch.read(() => {
      const row = this.#statements.get.get(this.#name, key);
      return row && toRow(row);
    });
  }

  async put(key: string, value: Uint8Array, options: PutOptions = {}): Promise<number | undefined> {
    checkKey(key);
    checkValue(value);
    // The write happens later in this turn; what the caller does to its bytes meanwhile must not count.
    const bytes = new Uint8Array(value);
    return this.#batch.write(() => this.#put(key, bytes, options.ifVersion));
  }

  #put(key: string, value: Uint8Array, ifVersion: number | undefined): number | undefined {
    const { upsert, insert, update } = this.#statements;
    if (ifVersion === 0) return insert.run(this.#name, key, value).changes === 0 ? undefined : 1;
    const row =
      ifVersion === undefined ? upsert.get(this.#name, key, value) : update.get(this.#name, key, value, ifVersion);
    return row && Number(row['version']);
  }

  async delete(key: string): Promise<boolean> {
    checkKey(key);
    return this.#batch.write(() => Number(this.#statements.delete.run(this.#name, key).changes) > 0);
  }

  async list(options: ListOptions = {}): Promise<Row[]> {
    const limit = checkListLimit(options.limit);
    const { prefix = '', after = '' } = options;
    return this.#batch.read(() => this.#list(prefix, after, limit));
  }

  #list(prefix: string, after: string, limit: number): Row[] {
    const rows: Row[] = [];
    if (limit === 0) return rows;
    for (const row of this.#statements.list.iterate(this.#name, prefix, after)) {
      // Keys come in order, so the first one without the prefix ends it.
      if (!String(row['key']).startsWith(prefix)) break;
      rows.push(toRow(row));
      if (rows.length === limit) break;
    }
    return rows;
  }
}

function toRow(row: Record<string, SQLOutputValue>): Row {
  return { key: String(row['key']), value: row['value'] as Uint8Array, version: Number(row['version']) };
}
