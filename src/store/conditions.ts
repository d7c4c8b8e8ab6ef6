import type { Write } from './store.ts';

/**
 * Whether every `ifVersion` of a group holds, each seen after the writes before it. Nothing is written meanwhile;
 * `versionOf` tells the version that a row has now, 0 if there is none.
 */
export function conditionsHold(writes: readonly Write[], versionOf: (table: string, key: string) => number): boolean {
  if (!writes.some((write) => write.op === 'put' && write.ifVersion !== undefined)) return true;
  const versions = new Map<string, number>();
  for (const write of writes) {
    if (write.op !== 'put' && write.op !== 'delete') continue;
    const row = `${write.table}\0${write.key}`; // no key has a zero character
    const version = versions.get(row) ?? versionOf(write.table, write.key);
    if (write.op === 'put' && write.ifVersion !== undefined && write.ifVersion !== version) return false;
    versions.set(row, write.op === 'put' ? version + 1 : 0);
  }
  return true;
}
