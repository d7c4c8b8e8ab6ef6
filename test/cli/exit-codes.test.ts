import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Code } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { LocalError } from '../../src/base/errors.ts';
import { exits } from '../../src/cli/exit-codes.ts';
import { problemOf } from '../../src/cli/problem.ts';
import { failure } from '../../src/rpc/failure.ts';
import { root } from '../support/imports.ts';

describe('the exit codes', () => {
  it('stand in docs/CLI.md as they are in the code', async () => {
    const page = await readFile(join(root, 'docs', 'CLI.md'), 'utf8');
    const rows = [...page.matchAll(/^\| (\d+) \| (.+) \|$/gm)].map(([, code, meaning]) => ({
      code: Number(code),
      meaning,
    }));
    expect(rows).toEqual(Object.values(exits));
  });

  it.each([
    [failure(Code.PermissionDenied, 'NOT_TRUSTED', 'no'), 'refused'],
    [failure(Code.Unauthenticated, 'TOKEN_MISSING', 'no'), 'refused'],
    [failure(Code.NotFound, 'TOOL_NOT_FOUND', 'no'), 'notFound'],
    [failure(Code.Unavailable, 'PEER_OFFLINE', 'no'), 'unavailable'],
    [failure(Code.DeadlineExceeded, 'INVITE_EXPIRED', 'no'), 'refused'],
    [failure(Code.DeadlineExceeded, 'TOO_LATE', 'no'), 'unavailable'],
    [failure(Code.InvalidArgument, 'ARGUMENTS_NOT_JSON', 'no'), 'usage'],
    [failure(Code.Internal, 'BROKEN', 'no'), 'failure'],
    [new LocalError('NODE_NOT_RUNNING', 'no'), 'notRunning'],
    [new LocalError('SOMETHING_ELSE', 'no'), 'failure'],
    [new Error('no'), 'failure'],
  ] as const)('%s ends the command as "%s"', (error, exit) => {
    expect(problemOf(error).exit).toBe(exit);
  });

  it('follow the local error inside a status', () => {
    const inner = new LocalError('NODE_NOT_RUNNING', 'gone', { help: 'towline up' });
    const outer = failure(Code.Unknown, 'X', 'gone', { cause: inner });
    expect(problemOf(outer)).toMatchObject({ reason: 'NODE_NOT_RUNNING', help: 'towline up', exit: 'notRunning' });
  });
});
