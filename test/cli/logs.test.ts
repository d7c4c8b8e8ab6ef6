import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { homePaths } from '../../src/node/home.ts';
import { towline } from './capture.ts';
import { tempHome } from './temp-home.ts';

it('shows the last records with the node down, as text or as they stand', async () => {
  await using home = await tempHome();
  const { logFile } = homePaths(home.path);
  await mkdir(dirname(logFile));
  const records = [1, 2, 3].map((count) => JSON.stringify({ time: 'x', level: 'info', message: 'tick', count }));
  await writeFile(logFile, `${records.join('\n')}\n`);
  const { out } = await towline(['logs', '-n', '2', '--home', home.path]);
  expect(out).toBe('x  info   tick  count=2\nx  info   tick  count=3\n');
  expect((await towline(['logs', '-n', '1', '--json', '--home', home.path])).out).toBe(`${records[2]}\n`);
});

it('shows nothing where there is no log', async () => {
  await using home = await tempHome();
  expect(await towline(['logs', '--home', home.path])).toEqual({ code: 0, out: '', err: '' });
});

it('refuses a number of lines that is none', async () => {
  expect((await towline(['logs', '-n', 'many'])).code).toBe(2);
});
