/** A node that starts with a long history, against one that starts with none. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import { alternate } from '../../lib/alternate.ts';
import { type Figure, median } from '../../lib/figures.ts';
import { residentBytes, startNode, towline } from '../../lib/node.ts';

const ROUNDS = 5;
const MESSAGES = 1_000_000;
const MESSAGE_BYTES = 200;
const SETTLE_MS = 2_000;
const root = join(import.meta.dirname, '..', '..', '..');

export async function start(scratch: string, note: (text: string) => void): Promise<Figure[]> {
  note('start: building the package');
  await promisify(execFile)('npm', ['run', 'build'], { cwd: root });
  const [empty, full] = [join(scratch, 'empty'), join(scratch, 'full')];
  for (const home of [empty, full]) await towline(home, 'init');
  note(`start: storing ${MESSAGES} messages of ${MESSAGE_BYTES} bytes`);
  await fill(join(full, 'store.db'));
  const rssMb: Record<string, number[]> = { [empty]: [], [full]: [] };
  const started = async (home: string) => {
    await using node = await startNode(home);
    await sleep(SETTLE_MS);
    rssMb[home]?.push(residentBytes(node.process.pid ?? 0) / 1e6);
    return node.readyMs;
  };
  const found = await alternate(ROUNDS, { full: () => started(full), empty: () => started(empty) });
  return [
    { name: 'start_with_million_ms', value: median(found.full), unit: 'ms', target: 1_000, better: 'lower' },
    { name: 'start_with_none_ms', value: median(found.empty), unit: 'ms', better: 'lower' },
    { name: 'start_with_million_rss_mb', value: median(rssMb[full] ?? []), unit: 'MB', better: 'lower' },
    { name: 'start_with_none_rss_mb', value: median(rssMb[empty] ?? []), unit: 'MB', better: 'lower' },
  ];
}

/** As a million appends would leave it, in seconds instead of half a minute. */
async function fill(path: string): Promise<void> {
  const store = openSqliteStore(path);
  await store.log('bench').append(new Uint8Array(MESSAGE_BYTES));
  await store.close();
  const db = new DatabaseSync(path);
  db.exec(`
    INSERT INTO log_entries
    WITH RECURSIVE n (cursor) AS (SELECT 2 UNION ALL SELECT cursor + 1 FROM n WHERE cursor < ${MESSAGES})
    SELECT (SELECT id FROM logs WHERE name = 'bench') << 43 | cursor, 1700000000000 + cursor,
      cursor * ${MESSAGE_BYTES}, randomblob(${MESSAGE_BYTES}) FROM n`);
  db.close();
}
