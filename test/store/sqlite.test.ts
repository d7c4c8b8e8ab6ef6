import { chmodSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { SCHEMA_VERSION } from '../../src/store/sqlite/schema.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { describeStore } from '../compliance/store.ts';
import { kill9, runModule, scratchFolder } from './scratch.ts';

let path = '';
describeStore('the SQLite store', {
  open: async () => {
    path = join(scratchFolder(), 'store.db');
    return openSqliteStore(path);
  },
  reopen: async () => openSqliteStore(path),
});

const file = () => join(scratchFolder(), 'store.db');
const refusal = (reason: string) => expect.objectContaining({ reason });

async function filled(): Promise<string> {
  const path = file();
  const store = openSqliteStore(path);
  const table = store.table('things');
  await Promise.all(Array.from({ length: 2000 }, (_, n) => table.put(`k${n}`, new Uint8Array(100).fill(n))));
  await store.close();
  return path;
}

describe('the file of a SQLite store', () => {
  it('is private, and so are its companions', async () => {
    const path = file();
    const store = openSqliteStore(path);
    await store.table('a').put('k', new Uint8Array(1));
    for (const name of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(name).mode & 0o777).toBe(0o600);
    await store.close();
  });

  it('is made private again if somebody opened it to others', async () => {
    const path = await filled();
    chmodSync(path, 0o644);
    await openSqliteStore(path).close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is refused, and left as it is, when a newer program wrote it', async () => {
    const path = await filled();
    const db = new DatabaseSync(path);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    db.close();
    const before = readFileSync(path);
    expect(() => openSqliteStore(path)).toThrow(refusal('STORE_TOO_NEW'));
    expect(Buffer.compare(readFileSync(path), before)).toBe(0);
  });

  it('is refused when it is the database of another program', () => {
    const path = file();
    const db = new DatabaseSync(path);
    db.exec('CREATE TABLE theirs (x)');
    db.close();
    expect(() => openSqliteStore(path)).toThrow(refusal('STORE_FOREIGN'));
  });

  it('is refused when it is no database', () => {
    const path = file();
    writeFileSync(path, 'dear diary, '.repeat(1000));
    expect(() => openSqliteStore(path)).toThrow(refusal('STORE_CORRUPT'));
  });

  it('is refused when it lost its table', async () => {
    const path = await filled();
    const db = new DatabaseSync(path);
    db.exec('DROP TABLE entries');
    db.close();
    expect(() => openSqliteStore(path)).toThrow(refusal('STORE_CORRUPT'));
  });

  it('says that it is damaged when it was cut off', async () => {
    const path = await filled();
    truncateSync(path, 20_000);
    const read = async () => {
      const store = openSqliteStore(path);
      await store
        .table('things')
        .list({ limit: 5000 })
        .finally(() => store.close());
    };
    await expect(read()).rejects.toMatchObject({ reason: 'STORE_CORRUPT', help: expect.stringContaining('mv ') });
  });

  it('is refused where there is no folder for it', () => {
    expect(() => openSqliteStore('/nonexistent/towline/store.db')).toThrow(refusal('STORE_NOT_WRITABLE'));
  });
});

describe('writing to a SQLite store', () => {
  it('makes one transaction of what one turn writes', async () => {
    const path = file();
    const store = openSqliteStore(path);
    const table = store.table('a');
    await table.put('first', new Uint8Array(10));
    const watcher = new DatabaseSync(path, { readOnly: true });
    const counts: unknown[] = [];
    const writes = Array.from({ length: 100 }, (_, n) => table.put(`k${n}`, new Uint8Array(10)));
    counts.push(watcher.prepare('SELECT count(*) AS n FROM entries').get()?.['n']);
    await writes[0];
    counts.push(watcher.prepare('SELECT count(*) AS n FROM entries').get()?.['n']);
    expect(counts).toEqual([1, 101]);
    watcher.close();
    await store.close();
  });

  it('commits in between when one turn writes very much', async () => {
    const store = openSqliteStore(file());
    const table = store.table('a');
    const writes = Array.from({ length: 10_000 }, (_, n) => table.put(`k${n}`, new Uint8Array(10)));
    expect(new Set(await Promise.all(writes))).toEqual(new Set([1]));
    await store.close();
  });

  it('refuses all of a turn when it cannot commit, and works again afterwards', async () => {
    const path = file();
    const store = openSqliteStore(path);
    const table = store.table('a');
    const other = new DatabaseSync(path);
    other.exec("CREATE TRIGGER jam BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'jammed'); END");
    const results = await Promise.allSettled([table.put('a', new Uint8Array(1)), table.delete('b')]);
    expect(results).toMatchObject([
      { status: 'rejected', reason: { reason: 'STORE_FAILED' } },
      { status: 'rejected', reason: { reason: 'STORE_FAILED' } },
    ]);
    other.exec('DROP TRIGGER jam');
    other.close();
    expect(await table.put('a', new Uint8Array(1))).toBe(1);
    await store.close();
  });

  it('survives kill -9: everything that was accepted is there', async () => {
    const path = file();
    const { child, line } = await runModule(`
      import { writeSync } from 'node:fs';
      import { openSqliteStore } from './src/store/sqlite/store.ts';
      const table = openSqliteStore(${JSON.stringify(path)}).table('things');
      for (let n = 1; ; n++) {
        await Promise.all([table.put('count', Buffer.from(String(n))), table.put('k' + n, Buffer.from('x'))]);
        if (n >= 200) writeSync(1, n + '\\n');
      }
    `);
    await kill9(child);
    const store = openSqliteStore(path);
    const table = store.table('things');
    const count = Number(new TextDecoder().decode((await table.get('count'))?.value));
    expect(count).toBeGreaterThanOrEqual(Number(line.split('\n')[0]));
    expect(await table.list({ prefix: 'k', limit: 100_000 })).toHaveLength(count);
    await store.close();
  });
});
