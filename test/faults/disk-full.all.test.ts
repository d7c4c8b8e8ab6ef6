import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, onTestFinished } from 'vitest';
import type { FullReport } from '../store/full.ts';
import { expectOrderly } from '../store/orderly.ts';
import { scratchFolder } from '../store/scratch.ts';

/** A disk of two megabytes, if this user may have one. */
function smallDisk(): string | undefined {
  const path = join(scratchFolder(), 'disk');
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync('umount', [path]));
  return path;
}

describe('a store on a disk that is full', () => {
  it('keeps what it accepted, refuses the rest, is read, and goes on when there is room', (context) => {
    const disk = smallDisk();
    if (disk === undefined) return context.skip('this user cannot mount a disk');
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, new Uint8Array(1_000_000));
    const args = [join(import.meta.dirname, '..', 'store', 'full.ts'), join(disk, 'store.db'), ballast];
    expectOrderly(JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as FullReport);
  });
});
