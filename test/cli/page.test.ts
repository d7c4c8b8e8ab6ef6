/** docs/CLI.md names every command, and no other. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';

it('the table of docs/CLI.md has each command of the help', async () => {
  const page = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'CLI.md'), 'utf8');
  const table = page.split(/^## /m).find((part) => part.startsWith('Commands\n')) ?? '';
  const rows = table.split('\n').map((line) => line.split('|')[1] ?? '');
  const named = rows.flatMap((cell) => [...cell.matchAll(/`towline (\w+)`/g)].map(([, name]) => name));
  expect(named.sort()).toEqual(commands.map(({ name }) => name).sort());
});
