import type { DatabaseSync } from 'node:sqlite';
import { isConstraint, isUnreadable } from './errors.ts';
import type { Salvaged } from './repair.ts';
import { salvageRows } from './salvage.ts';
import { hasTable } from './schema.ts';

/** Lost keys that are named one by one. */
const MAX_NAMED = 100;

/** Copies the rows of all tables. */
export function salvageTables(damaged: DatabaseSync, target: DatabaseSync): Salvaged {
  if (!hasTable(damaged, 'entries')) return { count: 0, losses: ['all rows of all tables'] };
  const insert = target.prepare('INSERT OR IGNORE INTO entries (collection, key, value, version) VALUES (?, ?, ?, ?)');
  let count = 0;
  const gaps = salvageRows(damaged, 'entries', ['collection', 'key', 'value', 'version'], (row) =>
    taken(() => {
      const { collection, key, value, version } = row;
      insert.run(collection ?? null, key ?? null, value ?? null, version ?? null);
      count++;
    }),
  );
  return { count, losses: lostKeys(damaged, target, gaps.length > 0) };
}

/** Whether the new file takes what was read; damage can look like a row that the schema does not allow. */
export function taken(insert: () => void): boolean {
  try {
    insert();
    return true;
  } catch (error) {
    if (isConstraint(error)) return false;
    throw error;
  }
}

/** What the index knows, and the new file has not. */
function lostKeys(damaged: DatabaseSync, target: DatabaseSync, hasGaps: boolean): string[] {
  const names: string[] = [];
  const find = target.prepare('SELECT 1 FROM entries WHERE collection = ? AND key = ?');
  try {
    const index = damaged.prepare('SELECT collection, key FROM entries INDEXED BY sqlite_autoindex_entries_1');
    for (const { collection, key } of index.iterate()) {
      if (!find.get(collection ?? null, key ?? null)) names.push(`${collection}/${key}`);
    }
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    if (hasGaps) names.push('rows that nobody remembers');
  }
  const named = names.slice(0, MAX_NAMED).map((name) => `table row ${name}`);
  const more = names.length - named.length;
  return more > 0 ? [...named, `${more} more rows of tables`] : named;
}
