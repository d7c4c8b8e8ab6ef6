/** Files of the home that others can open. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../../base/errors.ts';
import { type Check, type Finding, fail, ok, warn } from './finding.ts';

const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;

/** Names of files shown; more have one reason. */
const MAX_SHOWN = 10;

/** Each of them holds a secret, or says who is trusted. A key file is looked at with the home. */
export const checkFiles: Check = async (home) => {
  if (process.platform === 'win32') return [];
  const open: Finding[] = [];
  let count = 0;
  for (const entry of await entriesOf(home)) {
    const path = join(entry.parentPath, entry.name);
    const facts = entry.isFile() ? await stat(path).catch(ignoreMissing) : undefined;
    if (!facts) continue;
    count++;
    if ((facts.mode & OTHERS) === 0) continue;
    const mode = (facts.mode & 0o777).toString(8);
    // Who cannot enter the home cannot open what is in it; who can write must not be let near.
    const say = (facts.mode & OTHERS_WRITE) === 0 ? warn : fail;
    open.push(say('files', `${path} can be opened by others (mode ${mode})`, `chmod 600 '${path}'`));
  }
  return open.length === 0 ? [ok('files', `${count} files, yours alone`)] : open.slice(0, MAX_SHOWN);
};

async function entriesOf(home: string) {
  try {
    return await readdir(home, { recursive: true, withFileTypes: true });
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Files come and go while a node runs. */
function ignoreMissing(error: unknown): undefined {
  if (systemCodeOf(error) === 'ENOENT') return undefined;
  throw error;
}
