import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isProcessAlive, type RunFile, readRunFile, removeRunFile, writeRunFile } from '../../src/node/run-file.ts';

const run: RunFile = {
  pid: process.pid,
  url: 'http://127.0.0.1:7433',
  startTime: '2026-01-01T00:00:00.000Z',
  version: '0.1.0',
};
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-file-'));
  path = join(folder, 'node.json');
});
afterEach(() => rm(folder, { recursive: true }));

it('tells others what the node wrote, in a file of its own user alone', async () => {
  await writeRunFile(path, run);
  expect(await readRunFile(path)).toEqual(run);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['node.json']);
});

it('reads nothing where there is no file', async () => {
  expect(await readRunFile(path)).toBeUndefined();
});

it.each(['', '{"pid":', 'null', '[]', '{"pid":1}', '{"pid":-1,"url":"u","startTime":"t","version":"v"}'])(
  'reads nothing from %j',
  async (text) => {
    await writeFile(path, text);
    expect(await readRunFile(path)).toBeUndefined();
  },
);

it('removes its own file, and leaves one that a successor wrote', async () => {
  await writeRunFile(path, { ...run, pid: 1 });
  await removeRunFile(path);
  expect(await readRunFile(path)).toBeDefined();
  await writeRunFile(path, run);
  await removeRunFile(path);
  await removeRunFile(path);
  expect(await readRunFile(path)).toBeUndefined();
});

it('knows a living process from one that ended, and from what is no process id', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  expect(isProcessAlive(process.pid)).toBe(true);
  expect(isProcessAlive(child.pid ?? 0)).toBe(false);
  for (const pid of [0, -1, 1.5, Number.NaN]) expect(isProcessAlive(pid)).toBe(false);
});
