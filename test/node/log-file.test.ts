import { appendFile, mkdtemp, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../src/base/log.ts';
import { openLogFile, tailLog } from '../../src/node/log-file.ts';

const record = (message: string): LogRecord => ({
  time: '2026-01-01T00:00:00.000Z',
  level: 'info',
  message,
  fields: {},
});
const newPath = async () => join(await mkdtemp(join(tmpdir(), 'towline-log-')), 'log', 'node.log');

describe('the log file', () => {
  it('is private, has one JSON object a line, and is continued', async () => {
    const path = await newPath();
    for (const message of ['first', 'second']) {
      const log = await openLogFile(path);
      log.write(record(message));
      log.close();
    }
    const lines = (await readFile(path, 'utf8')).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual(['first', 'second']);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('begins anew when it is long, and keeps one older', async () => {
    const path = await newPath();
    const log = await openLogFile(path);
    const long = 'x'.repeat(1024 * 1024);
    for (let count = 0; count < 12; count++) log.write(record(long));
    log.close();
    expect((await stat(`${path}.1`)).size).toBeGreaterThan(10 * 1024 * 1024);
    expect((await stat(path)).size).toBeLessThan(3 * 1024 * 1024);
  });

  it('never throws, whatever happened to the file', async () => {
    const log = await openLogFile(await newPath());
    log.close();
    expect(() => log.write(record('lost'))).not.toThrow();
  });
});

describe('tailing', () => {
  it('gives the last lines, then what is added, also after the file was begun anew', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'towline-log-')), 'node.log');
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

  it('gives nothing where there is no log', async () => {
    const lines: string[] = [];
    for await (const line of tailLog(join(tmpdir(), 'no-such', 'node.log'), { lines: 5, follow: false }))
      lines.push(line);
    expect(lines).toEqual([]);
  });
});
