import type { DatabaseSync } from 'node:sqlite';
import { isUnreadable } from './errors.ts';
import type { Salvaged } from './repair.ts';
import { ID_LEAP, salvageRows } from './salvage.ts';
import { taken } from './salvage-tables.ts';
import { hasTable } from './schema.ts';

const COLUMNS = ['queue', 'priority', 'due_ms', 'span_ms', 'attempt', 'held', 'value'];

/** Copies the items of all queues. */
export function salvageQueues(damaged: DatabaseSync, target: DatabaseSync): Salvaged {
  if (!hasTable(damaged, 'queue_items')) return { count: 0, losses: [] };
  const insert = target.prepare(
    `INSERT INTO queue_items (id, ${COLUMNS.join(', ')}) VALUES (?${', ?'.repeat(COLUMNS.length)})`,
  );
  let count = 0;
  const gaps = salvageRows(damaged, 'queue_items', COLUMNS, (row) =>
    taken(() => {
      insert.run(row.id, ...COLUMNS.map((column) => row[column] ?? null));
      count++;
    }),
  );
  const used = lastId(damaged);
  // An id names one item for ever: where the memory of ids is gone, they go on much later.
  const next = used === undefined || gaps.length > 0 ? (used ?? lastId(target) ?? 0) + Number(ID_LEAP) : used;
  target.prepare("DELETE FROM sqlite_sequence WHERE name = 'queue_items'").run();
  target.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('queue_items', ?)").run(next);
  return { count, losses: gaps.length > 0 ? ['items of queues; which, cannot be told'] : [] };
}

/** The last id that was given; nothing if that cannot be read. */
function lastId(db: DatabaseSync): number | undefined {
  try {
    const row = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'queue_items'").get();
    return Number(row?.['seq'] ?? 0);
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}
