import { byBytes } from '../../base/bytes.ts';
import { checkKey, checkListLimit, checkValue } from '../limits.ts';
import type { KeyedTable, ListOptions, PutOptions, Row } from '../store.ts';

/** A table in a Map. Methods are async so that errors are rejections, as they are where there is a disk. */
export class MemoryTable implements KeyedTable {
  readonly #rows = new Map<string, Row>();
  readonly #assertOpen: () => void;
  /** The keys in byte order; made when a list asks for it, dropped when the set of keys changes. */
  #order: string[] | undefined;

  constructor(assertOpen: () => void) {
    this.#assertOpen = assertOpen;
  }

  async get(key: string): Promise<Row | undefined> {
    this.#assertOpen();
    checkKey(key);
    const row = this.#rows.get(key);
    return row && copyOf(row);
  }

  async put(key: string, value: Uint8Array, options: PutOptions = {}): Promise<number | undefined> {
    this.#assertOpen();
    checkKey(key);
    checkValue(value);
    if (options.ifVersion !== undefined && options.ifVersion !== this.versionOf(key)) return undefined;
    return this.putNow(key, new Uint8Array(value));
  }

  async delete(key: string): Promise<boolean> {
    this.#assertOpen();
    checkKey(key);
    return this.deleteNow(key);
  }

  async list(options: ListOptions = {}): Promise<Row[]> {
    this.#assertOpen();
    const limit = checkListLimit(options.limit);
    const { prefix = '', after } = options;
    this.#order ??= [...this.#rows.keys()].sort(byBytes);
    return this.#order
      .filter((key) => key.startsWith(prefix) && (after === undefined || byBytes(key, after) > 0))
      .slice(0, limit)
      .flatMap((key) => this.#rows.get(key) ?? [])
      .map(copyOf);
  }

  /** 0 if there is no row. */
  versionOf(key: string): number {
    return this.#rows.get(key)?.version ?? 0;
  }

  /** Writes what was checked; the value must be the table's own. Gives the new version. */
  putNow(key: string, value: Uint8Array): number {
    const version = this.versionOf(key) + 1;
    if (version === 1) this.#order = undefined;
    this.#rows.set(key, { key, value, version });
    return version;
  }

  deleteNow(key: string): boolean {
    const had = this.#rows.delete(key);
    if (had) this.#order = undefined;
    return had;
  }
}

/** What a caller gets is its own: changing it changes nothing here. */
function copyOf(row: Row): Row {
  return { ...row, value: new Uint8Array(row.value) };
}
