/** Each story in examples/ runs, and is listed and explained. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const examples = join(import.meta.dirname, '..', '..', 'examples');
const entries = await readdir(examples, { withFileTypes: true });
const stories = entries.filter((entry) => entry.isDirectory() && entry.name !== 'lib').map(({ name }) => name);
/** Needs a node that runs already: uplink.all.test.ts gives it one. */
const elsewhere = ['uplink-agent'];
const run = promisify(execFile);

describe('the examples', () => {
  it('are listed', async () => {
    const page = await readFile(join(examples, 'README.md'), 'utf8');
    const listed = [...page.matchAll(/^\| \[([\w-]+)\]/gm)].map(([, name]) => name);
    expect(listed.sort()).toEqual(stories.sort());
  });

  it.each(stories)('%s has a page with its command', async (name) => {
    const page = await readFile(join(examples, name, 'README.md'), 'utf8');
    expect(page).toContain(`node examples/${name}/main.ts`);
  });

  const whole = stories.filter((name) => !elsewhere.includes(name));
  it.each(whole)('%s runs to its end', { timeout: 180_000 }, async (name) => {
    const { stdout } = await run(process.execPath, [join(examples, name, 'main.ts')], { timeout: 170_000 });
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('done: everything was as it should be');
  });
});
