/** A store that forgets: for tests, and for nodes that shall leave nothing behind. */
import { checkTableName, storeClosed } from '../limits.ts';
import type { KeyedTable, Store } from '../store.ts';
import { MemoryTable } from './table.ts';

export function openMemoryStore(): Store {
  const tables = new Map<string, KeyedTable>();
  let open = true;
  const assertOpen = () => {
    if (!open) throw storeClosed();
  };
  return {
    table(name) {
      checkTableName(name);
      const table = tables.get(name) ?? new MemoryTable(assertOpen);
      tables.set(name, table);
      return table;
    },
    close() {
      open = false;
      tables.clear();
      return Promise.resolve();
    },
  };
}
