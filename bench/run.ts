/**
 * Runs one benchmark suite: `npm run bench -- <suite> [--json]`. Suites start their own processes and end them.
 */
import { readdirSync } from 'node:fs';
import { renderTable, type SuiteResult } from './lib/figures.ts';

const suites = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'lib')
  .map((entry) => entry.name);
const [name = '', ...flags] = process.argv.slice(2);

if (!suites.includes(name)) {
  process.stderr.write(`usage: npm run bench -- <suite> [--json]\nsuites: ${suites.join(', ')}\n`);
  process.exit(2);
}
const { run } = (await import(`./${name}/suite.ts`)) as { run(note: (text: string) => void): Promise<SuiteResult> };
const result = await run((text) => process.stderr.write(`${text}\n`));
process.stdout.write(`${flags.includes('--json') ? JSON.stringify(result) : renderTable(result)}\n`);
