import { chmodSync, copyFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, vi } from 'vitest';
import { MAX_CURSOR, MAX_LOGS } from '../../src/store/limits.ts';
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

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'store');
const textOf = (value: Uint8Array) => new TextDecoder().decode(value);

/** A file as an older version wrote it. */
function oldFile(version: number): string {
  const path = file();
  const db = new DatabaseSync(path);
  db.exec(readFileSync(join(fixtures, `version-${version}.sql`), 'utf8'));
  db.close();
  return path;
}

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

  it('of the first released version is brought forward, with all that is in it', async () => {
    const path = file();
    copyFileSync(join(fixtures, 'version-1.db'), path);
    const store = openSqliteStore(path);
    const rows = [await store.table('tokens').list(), await store.table('addresses').list()].flat();
    expect(rows.map(({ key, value, version }) => [key, textOf(value), version])).toEqual([
      ['alice', 'second', 2],
      ['bob', '10.0.0.1:7433', 1],
    ]);
    expect((await store.table('invites').get('large'))?.value).toEqual(new Uint8Array(10_000).fill(7));
    expect(await store.log('a').append(new Uint8Array(1))).toBe(1);
    await store.close();
    const db = new DatabaseSync(path, { readOnly: true });
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: SCHEMA_VERSION });
    db.close();
  });

  it.each([2, 3])(
    'of version %i is brought forward, with all that is in it and nothing that was gone',
    async (version) => {
      const path = oldFile(version);
      const store = openSqliteStore(path);
      const rows = await store.table('peers').list();
      expect(rows.map(({ key, value, version }) => [key, textOf(value), version])).toEqual([
        ['desk', 'the desk', 1],
        ['lab', 'the lab', 2],
      ]);
      expect(await store.logs('')).toEqual(['channel/dev', 'empty', 'inbox/']);
      const channel = store.log('channel/dev');
      expect((await channel.read()).map(({ cursor, value }) => [cursor, textOf(value)])).toEqual([
        [3, 'three'],
        [4, 'four'],
      ]);
      expect(await channel.extent()).toEqual({ first: 3, last: 4, count: 2, bytes: 9 });
      expect(await channel.append(new Uint8Array(1))).toBe(5);
      expect(await store.log('inbox/').append(new Uint8Array(1))).toBe(2);
      expect(await store.log('empty').append(new Uint8Array(1))).toBe(6);
      expect(await store.log('new').append(new Uint8Array(1))).toBe(1);
      const queue = store.queue('work');
      const items = (await queue.take({ leaseMs: 1_000, limit: 10 })).map(({ value, attempt }) => [
        textOf(value),
        attempt,
      ]);
      expect(items).toEqual(
        version < 3
          ? []
          : [
              ['sooner', 1],
              ['later', 1],
              ['held', 2],
            ],
      );
      expect(await queue.push(new Uint8Array(1))).toBe(version < 3 ? 1 : 10);
      await store.close();
      const db = new DatabaseSync(path, { readOnly: true });
      expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: SCHEMA_VERSION });
      expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
      db.close();
    },
  );

  it('has an example of every version that ever was', () => {
    const versions = readdirSync(fixtures).map((name) => Number(/\d+/.exec(name)));
    expect(versions.toSorted()).toEqual(Array.from({ length: SCHEMA_VERSION }, (_, n) => n + 1));
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
    await expect(read()).rejects.toMatchObject({
      reason: 'STORE_CORRUPT',
      help: expect.stringContaining('towline doctor --repair'),
    });
  });

  it('is refused where there is no folder for it', () => {
    expect(() => openSqliteStore('/nonexistent/towline/store.db')).toThrow(refusal('STORE_NOT_WRITABLE'));
  });
});

describe('a queue of a SQLite store', () => {
  it('makes no wait longer when the clock was set back before a restart', async () => {
    const path = file();
    const store = openSqliteStore(path);
    await store.queue('q').push(new Uint8Array(1), { delayMs: 60_000 });
    await store.close();
    const db = new DatabaseSync(path);
    db.exec('UPDATE queue_items SET due_ms = due_ms + 86400000');
    db.close();
    const again = openSqliteStore(path);
    const { dueInMs = 0 } = await again.queue('q').size();
    expect(dueInMs).toBeLessThanOrEqual(60_000);
    expect(dueInMs).toBeGreaterThan(50_000);
    await again.close();
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

  it('refuses all writes of a turn when it cannot commit, but no read, and works again afterwards', async () => {
    const path = file();
    const store = openSqliteStore(path);
    const table = store.table('a');
    const other = new DatabaseSync(path);
    other.exec("CREATE TRIGGER jam BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'jammed'); END");
    const results = await Promise.allSettled([
      table.put('a', new Uint8Array(1)),
      table.delete('b'),
      table.get('a'),
      store.log('l').extent(),
    ]);
    expect(results).toMatchObject([
      { status: 'rejected', reason: { reason: 'STORE_FAILED' } },
      { status: 'rejected', reason: { reason: 'STORE_FAILED' } },
      { status: 'fulfilled', value: undefined },
      { status: 'fulfilled', value: { count: 0 } },
    ]);
    other.exec('DROP TRIGGER jam');
    other.close();
    expect(await table.put('a', new Uint8Array(1))).toBe(1);
    await store.close();
  });

  it('harms nobody else when one write is refused, or one read fails', async () => {
    const path = file();
    const store = openSqliteStore(path);
    const db = new DatabaseSync(path);
    db.exec(`INSERT INTO logs VALUES (1, 'ended', 1, ${MAX_CURSOR}, 0, 0, 0)`);
    db.close();
    const results = await Promise.allSettled([
      store.table('things').put('a', new Uint8Array(1)),
      store.log('ended').append(new Uint8Array(1)),
      store.log('words').append(new Uint8Array(1)),
    ]);
    expect(results).toMatchObject([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: { reason: 'STORE_LOG_ENDED' } },
      { status: 'fulfilled', value: 1 },
    ]);
    await store.close();
  });

  it('gives back the place of a log that was dropped, when all others are taken', async () => {
    const path = file();
    const store = openSqliteStore(path);
    await store.log('first').append(new Uint8Array(1));
    const db = new DatabaseSync(path);
    db.exec(`INSERT INTO logs VALUES (3, 'third', 1, 0, 0, 0, 0), (${MAX_LOGS}, 'last', 1, 0, 0, 0, 0)`);
    db.close();
    expect(await store.log('second').append(new Uint8Array(1))).toBe(1);
    expect(await store.log('last').append(new Uint8Array(1))).toBe(1);
    expect(await store.log('second').extent()).toMatchObject({ last: 1, count: 1 });
    expect(await store.log('first').extent()).toMatchObject({ last: 1, count: 1 });
    await store.close();
  });

  it('waits without blocking while another program writes, and keeps the order', async () => {
    const path = file();
    const store = openSqliteStore(path);
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const first = store.log('a').append(new Uint8Array(1));
    let turns = 0;
    const ticking = setInterval(() => turns++, 5);
    while (turns < 10) await new Promise(setImmediate);
    const second = store.log('a').append(new Uint8Array(1));
    other.exec('COMMIT');
    other.close();
    expect(await Promise.all([first, second])).toEqual([1, 2]);
    clearInterval(ticking);
    await store.close();
  });

  it('gives up when another program does not end, and works again when it has', async () => {
    const path = file();
    const store = openSqliteStore(path);
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const log = store.log('a');
    // A full queue does not wait.
    const appends = [log.append(new Uint8Array(1))];
    const read = log.read();
    while (appends.length < 4095) appends.push(log.append(new Uint8Array(1)));
    const results = await Promise.allSettled(appends);
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(await read).toEqual([]);
    await expect(appends[0]).rejects.toMatchObject({ reason: 'STORE_BUSY', help: expect.stringContaining('end the') });
    other.exec('COMMIT');
    other.close();
    expect(await log.append(new Uint8Array(1))).toBe(1);
    await store.close();
  });

  it('forgets the cursors of a turn that could not be committed', async () => {
    const path = file();
    const store = openSqliteStore(path);
    const log = store.log('a');
    await log.append(new Uint8Array(1));
    const other = new DatabaseSync(path);
    other.exec("CREATE TRIGGER jam BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'jammed'); END");
    const lost = log.append(new Uint8Array(1)).catch(() => 'lost');
    await store
      .table('things')
      .put('k', new Uint8Array(1))
      .catch(() => undefined);
    expect(await lost).toBe('lost');
    other.exec('DROP TRIGGER jam');
    other.close();
    expect(await log.append(new Uint8Array(1))).toBe(2);
    await store.close();
  });

  it('takes what was trimmed or dropped off the disk, a little at a time, also after a restart', async () => {
    const path = file();
    const store = openSqliteStore(path);
    const names = ['trimmed', 'dropped'];
    const fill = (name: string) => Array.from({ length: 3000 }, () => store.log(name).append(new Uint8Array(100)));
    await Promise.all([...names.flatMap(fill), store.log('kept').append(new Uint8Array(1))]);
    await Promise.all([store.log('trimmed').trim(2999), store.dropLog('dropped')]);
    await store.close();
    const again = openSqliteStore(path);
    const watcher = new DatabaseSync(path, { readOnly: true });
    const left = watcher.prepare(
      'SELECT (SELECT count(*) FROM log_entries) AS rows, (SELECT count(*) FROM logs) AS logs',
    );
    expect(left.get()?.['rows']).toBeGreaterThan(2);
    await vi.waitFor(() => expect({ ...left.get() }).toEqual({ rows: 2, logs: 2 }), { timeout: 10_000 });
    watcher.close();
    expect(await again.log('trimmed').extent()).toEqual({ first: 3000, last: 3000, count: 1, bytes: 100 });
    expect(await again.log('dropped').append(new Uint8Array(1))).toBe(1);
    await again.close();
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
