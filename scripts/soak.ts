// Runs the long tests, by hand: `npm run soak -- fuzz`. Without a name, all of them. Further arguments go to Vitest.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.ts';

const SUFFIX = '.soak.ts';
const names = readdirSync(join(root, 'test', 'soak'))
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length));

const [name, ...rest] = process.argv.slice(2);
if (name === undefined || names.includes(name)) {
  const only = name === undefined ? [] : [`test/soak/${name}${SUFFIX}`];
  process.exitCode = run('vitest', ['run', ...only, ...rest], { TOWLINE_SOAK: '1' });
} else {
  console.error(`there is no soak "${name}"; there are ${names.join(', ')}`);
  process.exitCode = 2;
}
