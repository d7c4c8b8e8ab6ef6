import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { root } from './support/imports.ts';

interface Row {
  readonly name: string;
  readonly licence: string;
  readonly why: string;
}

/** The rows of the table below a heading. */
function rowsOf(markdown: string, heading: string): Row[] {
  const section = markdown.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) => {
    const [, name = '', , , licence = '', why = ''] = line.split('|').map((cell) => cell.trim());
    return { name, licence, why };
  });
}

async function licenceOf(name: string): Promise<string> {
  const text = await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(text) as { license: string }).license;
}

const markdown = await readFile(join(root, 'docs', 'DEPENDENCIES.md'), 'utf8');

describe.each([
  ['Runtime', manifest.dependencies],
  ['Development', manifest.devDependencies],
] as const)('%s dependencies', (heading, declared: Record<string, string>) => {
  const rows = rowsOf(markdown, heading);

  it('are explained, each of them and no others, in alphabetical order', () => {
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(declared).sort());
    expect(rows.filter(({ why }) => why === '')).toEqual([]);
  });

  it('have the licence that the page says', async () => {
    const installed = await Promise.all(rows.map(async (row) => ({ ...row, licence: await licenceOf(row.name) })));
    expect(rows).toEqual(installed);
  });

  it('are pinned to one version', () => {
    expect(Object.entries(declared).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});
