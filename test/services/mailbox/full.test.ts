import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scratchFolder } from '../../store/scratch.ts';
import type { FullMailReport } from './full.ts';

// A limit on the size of files stops a write in its middle, as a full disk does; everybody may set it.
it('mail on a disk that is full is refused whole, and the same mail is accepted once when there is room', (context) => {
  if (!existsSync('/usr/bin/prlimit')) context.skip('this system has no prlimit');
  const script = join(import.meta.dirname, 'full.ts');
  const command = 'ulimit -S -f 400; exec "$0" "$1" "$2"';
  const args = ['-c', command, process.execPath, script, join(scratchFolder(), 'store.db')];
  const report = JSON.parse(execFileSync('bash', args, { encoding: 'utf8' })) as FullMailReport;
  const count = report.accepted + 1;
  expect(report.accepted).toBeGreaterThan(3);
  expect(report).toMatchObject({ reason: 'STORE_FULL', rowsOfRefused: 0, refusedHere: 'STORE_FULL' });
  expect(report).toMatchObject({ inInbox: count, unread: count, inOutbox: count, rowsAfterwards: 2 });
});
