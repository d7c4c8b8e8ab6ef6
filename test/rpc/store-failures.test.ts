import { Code } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { LocalError } from '../../src/base/errors.ts';
import { errorInfoOf, fromLocal } from '../../src/rpc/failure.ts';

const atDoor = (reason: string) =>
  fromLocal(
    new LocalError(reason, 'no room to write /home/ann/.towline/store.db', {
      help: "mv '/home/ann/.towline/store.db' away",
      metadata: { path: '/home/ann/.towline/store.db' },
    }),
  );

describe('a failure of the store, at the door of a service', () => {
  it.each([
    ['STORE_FULL', Code.ResourceExhausted, false],
    ['STORE_TOO_MANY_LOGS', Code.ResourceExhausted, true],
    ['STORE_BUSY', Code.Unavailable, false],
    ['STORE_CLOSED', Code.Unavailable, false],
    ['STORE_DISK_FAILED', Code.Unavailable, false],
    ['STORE_CORRUPT', Code.DataLoss, true],
  ])('%s has its status, says what to do, and names no file', (reason, code, permanent) => {
    const error = atDoor(reason);
    const info = errorInfoOf(error);
    expect(error.code).toBe(code);
    expect(info).toMatchObject({ reason, permanent });
    expect(info?.help).not.toBe('');
    expect(info?.retryDelayMs === undefined).toBe(permanent);
    expect(JSON.stringify([error.message, info?.help, info?.metadata])).not.toContain('/home');
  });
});
