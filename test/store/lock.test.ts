import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireHomeLock } from '../../src/store/sqlite/lock.ts';
import { kill9, runModule, scratchFolder } from './scratch.ts';

const lockPath = () => join(scratchFolder(), 'lock.db');
const inUse = expect.objectContaining({ reason: 'HOME_IN_USE', help: expect.stringContaining('towline down') });

/** Another process that takes the lock and says whether it has it. */
const holder = (path: string) =>
  runModule(`
    import { acquireHomeLock } from './src/store/sqlite/lock.ts';
    try {
      acquireHomeLock(${JSON.stringify(path)});
      globalThis.gc?.();
      console.log('held');
      setInterval(() => {}, 1000);
    } catch (error) {
      console.log(error.reason);
    }
  `);

describe('the lock of a home', () => {
  it('is refused to a second taker in this process, until it is released', () => {
    const path = lockPath();
    const lock = acquireHomeLock(path);
    expect(() => acquireHomeLock(path)).toThrow(inUse);
    expect(() => acquireHomeLock(path)).toThrow(inUse);
    lock.release();
    lock.release();
    acquireHomeLock(path).release();
  });

  it('is refused to another process, also after a second attempt in the first', async () => {
    const path = lockPath();
    const lock = acquireHomeLock(path);
    expect(() => acquireHomeLock(path)).toThrow(inUse);
    expect((await holder(path)).line).toBe('HOME_IN_USE');
    lock.release();
  });

  it('is free again after kill -9 of the process that held it', async () => {
    const path = lockPath();
    const { child, line } = await holder(path);
    expect(line).toBe('held');
    expect(() => acquireHomeLock(path)).toThrow(inUse);
    await kill9(child);
    acquireHomeLock(path).release();
  });

  it('is private', () => {
    const path = lockPath();
    acquireHomeLock(path).release();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('says what to do about a damaged file or a missing folder', () => {
    const path = lockPath();
    writeFileSync(path, 'not a database '.repeat(100));
    expect(() => acquireHomeLock(path)).toThrow(expect.objectContaining({ reason: 'STORE_CORRUPT' }));
    expect(() => acquireHomeLock('/nonexistent/towline/lock.db')).toThrow(
      expect.objectContaining({ reason: 'STORE_NOT_WRITABLE' }),
    );
  });
});
