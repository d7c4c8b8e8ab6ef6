import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import type { FullReport } from './full.ts';
import { expectOrderly } from './orderly.ts';
import { scratchFolder } from './scratch.ts';

describe('a store that may not grow', () => {
  // A limit on the size of files stops a write in its middle, as a quota does; everybody may set it.
  it('keeps what it accepted, refuses the rest, is read, and goes on when it may', (context) => {
    if (!existsSync('/usr/bin/prlimit')) context.skip('this system has no prlimit');
    const script = join(import.meta.dirname, 'full.ts');
    const command = 'ulimit -S -f 400; exec "$0" "$1" "$2" limit';
    const args = ['-c', command, process.execPath, script, join(scratchFolder(), 'store.db')];
    expectOrderly(JSON.parse(execFileSync('bash', args, { encoding: 'utf8' })) as FullReport);
  });
});
