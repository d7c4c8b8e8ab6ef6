/**
 * Runs one benchmark suite: `npm run bench -- <suite> [--json] [--only PART] [--charts]`. Suites start their own processes
 * and end them.
 */
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { renderTable } from './lib/figures.ts';
import type { Suite } from './lib/suite.ts';

const suites = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'lib')
  .map((entry) => entry.name);
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, only: { type: 'string' }, charts: { type: 'boolean' } },
});
const [name = ''] = positionals;

if (!suites.includes(name)) {
  process.stderr.write(
    `usage: npm run bench -- <suite> [--json] [--only PART] [--charts]\nsuites: ${suites.join(', ')}\n`,
  );
  process.exit(2);
}
const { run } = (await import(`./${name}/suite.ts`)) as Suite;
const result = await run((text) => process.stderr.write(`${text}\n`), flags);
process.stdout.write(`${flags.json ? JSON.stringify(result) : renderTable(result)}\n`);
