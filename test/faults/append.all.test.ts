import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { storeProblems } from '../../src/store/sqlite/check.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { scratchFolder } from '../store/scratch.ts';

const LIVES = 50;

/** One life of the process that appends, ended by `kill -9` a little after its first word; gives what it said was accepted. */
async function live(path: string, life: number): Promise<string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'appender.ts'), path, String(life)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await once(child.stdout, 'data');
  await sleep(Math.random() * 60);
  child.kill('SIGKILL');
  await once(child, 'close');
  return said.split('\n').slice(0, -1); // a last line without its end was cut off
}

/** All entries of a log, in pages. */
async function readAll(path: string, name: string): Promise<string[]> {
  const store = openSqliteStore(path);
  const texts: string[] = [];
  for (let after = 0; ; ) {
    const page = await store.log(name).read({ after });
    if (page.length === 0) break;
    for (const { cursor, value } of page) {
      expect(cursor).toBe(++after); // no gap, no cursor twice
      texts.push(Buffer.from(value).toString().trim());
    }
  }
  await store.close();
  return texts;
}

describe('a process that appends at full speed', () => {
  it(`is killed ${LIVES} times: all that was accepted is there, in order, once`, async () => {
    const path = join(scratchFolder(), 'store.db');
    const accepted: string[] = [];
    for (let life = 0; life < LIVES; life++) accepted.push(...(await live(path, life)));
    expect(storeProblems(path)).toEqual([]);
    const logs = [await readAll(path, 'left'), await readAll(path, 'right')];
    for (const line of accepted) {
      const [side = '', cursor = '', text] = line.split(' ');
      if (logs[Number(side)]?.[Number(cursor) - 1] !== text) expect.fail(`${line} was accepted, and is not there`);
    }
    for (const texts of logs) {
      expect(new Set(texts).size).toBe(texts.length);
      const places = texts.map((text) => text.split(':').map(Number));
      const inOrder = [...places].sort(([a = 0, n = 0], [b = 0, m = 0]) => a - b || n - m);
      expect(places).toEqual(inOrder);
    }
    const kept = logs.reduce((sum, { length }) => sum + length, 0);
    console.log(`${accepted.length} accepted, ${kept} there, after ${LIVES} kills`);
    expect(accepted.length).toBeGreaterThan(LIVES * 64);
  }, 240_000);
});
