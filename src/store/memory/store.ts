/** A store that forgets: for tests, and for nodes that shall leave nothing behind. */
import { byBytes } from '../../base/bytes.ts';
import { conditionsHold } from '../conditions.ts';
import { checkLogName, checkTableName, checkWrites, storeClosed } from '../limits.ts';
import type { Store, Write } from '../store.ts';
import { type Entries, entriesOf, MemoryLog } from './log.ts';
import { Items, MemoryQueue } from './queue.ts';
import { MemoryTable } from './table.ts';

export function openMemoryStore(): Store {
  const tables = new Map<string, MemoryTable>();
  const logs = new Map<string, Entries>();
  const queues = new Map<string, Items>();
  let open = true;
  const assertOpen = () => {
    if (!open) throw storeClosed();
  };
  const tableOf = (name: string) => {
    checkTableName(name);
    const table = tables.get(name) ?? new MemoryTable(assertOpen);
    tables.set(name, table);
    return table;
  };
  const itemsOf = (name: string) => {
    const items = queues.get(name) ?? new Items();
    queues.set(name, items);
    return items;
  };
  const apply = (write: Write): number => {
    switch (write.op) {
      case 'put':
        return tableOf(write.table).putNow(write.key, write.value);
      case 'delete':
        return tableOf(write.table).deleteNow(write.key) ? 1 : 0;
      case 'append':
        return entriesOf(logs, write.log).append(write.value);
      case 'trim':
        return logs.get(write.log)?.trim(write.cursor) ?? 0;
      case 'push':
        return itemsOf(write.queue).push(write.value, write);
      case 'done':
        return itemsOf(write.queue).done(write.ticket) ? 1 : 0;
    }
  };
  return {
    table: tableOf,
    log(name) {
      checkLogName(name);
      return new MemoryLog(name, logs, assertOpen);
    },
    queue(name) {
      checkLogName(name);
      return new MemoryQueue(itemsOf(name), assertOpen);
    },
    async logs(prefix) {
      assertOpen();
      return [...logs.keys()].filter((name) => name.startsWith(prefix)).sort(byBytes);
    },
    async dropLog(name) {
      assertOpen();
      checkLogName(name);
      return logs.delete(name);
    },
    async write(writes) {
      assertOpen();
      const checked = checkWrites(writes);
      if (!conditionsHold(checked, (table, key) => tableOf(table).versionOf(key))) return undefined;
      for (const write of checked) if (write.op === 'append') entriesOf(logs, write.log);
      return checked.map(apply);
    },
    async close() {
      open = false;
      tables.clear();
      logs.clear();
      queues.clear();
    },
  };
}
