// Removes the folders named on the command line, so that nothing stale is published.
// Only names directly inside the checkout are taken.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

for (const name of process.argv.slice(2)) {
  if (!/^[a-z]+$/.test(name)) throw new Error(`clean: "${name}" is not a folder of this checkout`);
  await rm(join(root, name), { recursive: true, force: true });
}
