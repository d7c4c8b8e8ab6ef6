import { appendFile, mkdir, open, readdir, readFile, rename, rmdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { LogRecord } from '../../src/base/log.ts';
import { openLogFile } from '../../src/node/log-file.ts';
import { tailLog } from '../../src/node/log-tail.ts';
import { scratchFolder } from '../store/scratch.ts';

const record = (message: string): LogRecord => ({
  time: '2026-01-01T00:00:00.000Z',
  level: 'info',
  message,
  fields: {},
});
const newPath = () => join(scratchFolder(), 'log', 'node.log');

describe('the log file', () => {
  it('is private, has one JSON object a line, and is continued', async () => {
    const path = newPath();
    for (const message of ['first', 'second']) {
      const log = await openLogFile(path);
      log.write(record(message));
      log.close();
    }
    const lines = (await readFile(path, 'utf8')).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual(['first', 'second']);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('begins anew when it is long, and keeps what there was', async () => {
    const path = newPath();
    const log = await openLogFile(path);
    const long = 'x'.repeat(1024 * 1024);
    for (let count = 0; count < 12; count++) log.write(record(long));
    log.close();
    expect((await stat(`${path}.1`)).size).toBeGreaterThan(10 * 1024 * 1024);
    expect((await stat(path)).size).toBeLessThan(3 * 1024 * 1024);
  });

  it('keeps two older ones', async () => {
    const path = newPath();
    const log = await openLogFile(path);
    const long = 'x'.repeat(1024 * 1024);
    for (let count = 0; count < 45; count++) log.write(record(`${count} ${long}`));
    log.close();
    expect((await readdir(dirname(path))).sort()).toEqual(['node.log', 'node.log.1', 'node.log.2']);
    for (const [name, first] of [
      ['node.log.2', '"message":"20 '],
      ['node.log.1', '"message":"30 '],
      ['node.log', '"message":"40 '],
    ] as const) {
      expect((await readFile(join(dirname(path), name), 'utf8')).slice(0, 200)).toContain(first);
    }
  });

  it('goes on in the long file where it cannot begin anew, says how many lines were lost, and writes to no other file', async () => {
    const path = newPath();
    const log = await openLogFile(path);
    log.write(record('x'.repeat(11 * 1024 * 1024)));
    await mkdir(`${path}.1`); // in the way: a folder cannot take a file's place
    await writeFile(`${path}.2`, '');
    log.write(record('lost'));
    const other = await open(join(dirname(path), 'other'), 'w');
    log.write(record('lost too'));
    await rmdir(`${path}.1`);
    log.write(record('kept'));
    log.close();
    log.write(record('after the end'));
    await other.close();
    expect(await readFile(join(dirname(path), 'other'), 'utf8')).toBe('');
    const lines = (await readFile(path, 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'warn', message: 'log lines were lost', count: 2 },
      { message: 'kept' },
    ]);
  });

  it('never throws, whatever happened to the file', async () => {
    const log = await openLogFile(newPath());
    log.close();
    expect(() => log.write(record('lost'))).not.toThrow();
  });
});

describe('tailing', () => {
  it('gives the last lines, then what is added, also after the file was begun anew', async () => {
    const path = join(scratchFolder(), 'node.log');
    await writeFile(path, 'one\ntwo\nthree\n');
    const stop = new AbortController();
    const seen: string[] = [];
    const tailing = (async () => {
      for await (const line of tailLog(path, { lines: 2, follow: true, signal: stop.signal })) seen.push(line);
    })();
    await sleep(100);
    await appendFile(path, 'four\nhal');
    await appendFile(path, 'f\n');
    await sleep(600);
    await rename(path, `${path}.1`);
    await writeFile(path, 'new\n');
    await sleep(600);
    stop.abort();
    await tailing;
    expect(seen).toEqual(['two', 'three', 'four', 'half', 'new']);
  });

  it('waits for a log where there is none yet, and creates nothing', async () => {
    const path = newPath();
    const stop = new AbortController();
    const tailing = tailLog(path, { lines: 2, follow: true, signal: stop.signal });
    const first = tailing.next();
    await sleep(50);
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
    const log = await openLogFile(path);
    log.write(record('first'));
    expect((await first).value).toContain('"message":"first"');
    stop.abort();
    expect((await tailing.next()).done).toBe(true);
    log.close();
  });

  it('misses no line at a rotation, and takes none for another', async () => {
    const path = newPath();
    const log = await openLogFile(path);
    const stop = new AbortController();
    const seen: string[] = [];
    const tailing = (async () => {
      for await (const line of tailLog(path, { lines: 0, follow: true, signal: stop.signal }))
        seen.push((JSON.parse(line) as LogRecord).message.slice(0, 8));
    })();
    await sleep(50);
    const written = Array.from({ length: 15 }, (_, index) => `line ${String(index).padStart(3, '0')}`);
    for (const text of written) log.write(record(text + 'é'.repeat(512 * 1024)));
    await vi.waitFor(() => expect(seen).toEqual(written), { timeout: 5_000 });
    stop.abort();
    await tailing;
    log.close();
  });

  it('gives nothing where there is no log', async () => {
    const lines: string[] = [];
    for await (const line of tailLog(join(tmpdir(), 'no-such', 'node.log'), { lines: 5, follow: false }))
      lines.push(line);
    expect(lines).toEqual([]);
  });
});
