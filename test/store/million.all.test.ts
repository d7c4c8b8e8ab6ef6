import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { scratchFolder } from './scratch.ts';

const MIB = 2 ** 20;

/** Opens the file in a process of its own, reads a page at either end, appends; gives milliseconds and what it came to hold. */
function openAndUse(path: string): { openMs: number; useMs: number; rssBytes: number } {
  const code = `
    import { openSqliteStore } from './src/store/sqlite/store.ts';
    const startedMs = performance.now();
    const store = openSqliteStore(${JSON.stringify(path)});
    const log = store.log('channel/dev');
    await log.extent();
    const openMs = performance.now() - startedMs;
    await log.read({ limit: 1000 });
    await log.read({ limit: 1000, newestFirst: true });
    await log.append(new Uint8Array(200));
    const useMs = performance.now() - startedMs - openMs;
    await store.close();
    console.log(JSON.stringify({ openMs, useMs, rssBytes: process.memoryUsage().rss }));
  `;
  const cwd = join(import.meta.dirname, '..', '..');
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd, encoding: 'utf8' }));
}

async function storeOf(count: number): Promise<string> {
  const path = join(scratchFolder(), 'store.db');
  const store = openSqliteStore(path);
  await store.log('channel/dev').append(new Uint8Array(200));
  await store.close();
  const db = new DatabaseSync(path);
  db.exec(`
    INSERT INTO log_entries
    WITH RECURSIVE n (cursor) AS (SELECT 2 UNION ALL SELECT cursor + 1 FROM n WHERE cursor < ${count})
    SELECT (1 << 43) + cursor, 1700000000000 + cursor, cursor * 200, zeroblob(200) FROM n`);
  db.close();
  return path;
}

describe('a store of a million messages', () => {
  it('is open within a second, and holds no more than a small one', async () => {
    const small = openAndUse(await storeOf(1_000));
    const path = await storeOf(1_000_000);
    const large = openAndUse(path);
    const text = ({ openMs, useMs, rssBytes }: typeof small) =>
      `open ${openMs.toFixed(1)} ms, pages and an append ${useMs.toFixed(1)} ms, ${Math.round(rssBytes / MIB)} MiB`;
    console.log(`a thousand: ${text(small)}; a million (${Math.round(statSync(path).size / MIB)} MiB): ${text(large)}`);
    expect(large.openMs).toBeLessThan(1_000);
    expect(large.rssBytes - small.rssBytes).toBeLessThan(20 * MIB);
  }, 120_000);

  it('is trimmed without holding anybody up', async () => {
    const path = await storeOf(1_000_000);
    const store = openSqliteStore(path);
    const log = store.log('channel/dev');
    const startedMs = performance.now();
    expect(await log.trim(999_000)).toBe(999_000);
    const trimMs = performance.now() - startedMs;
    let longestMs = 0;
    const watcher = new DatabaseSync(path, { readOnly: true });
    const left = watcher.prepare('SELECT swept FROM logs');
    while (Number(left.get()?.['swept']) < 999_000) {
      const beforeMs = performance.now();
      await log.append(new Uint8Array(200));
      await new Promise(setImmediate);
      longestMs = Math.max(longestMs, performance.now() - beforeMs);
    }
    watcher.close();
    const sweptMs = performance.now() - startedMs;
    console.log(
      `trim ${trimMs.toFixed(1)} ms; off the disk after ${Math.round(sweptMs)} ms, longest append ${longestMs.toFixed(1)} ms`,
    );
    expect(trimMs).toBeLessThan(1_000);
    expect(longestMs).toBeLessThan(1_000);
    await store.close();
  }, 120_000);
});
