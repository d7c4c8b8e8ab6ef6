/** Turns whatever a handler throws into a failure that may cross the wire. */
import { randomBytes } from 'node:crypto';
import { Code, ConnectError, type HandlerContext } from '@connectrpc/connect';
import { LocalError, messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { failure, fromLocal } from '../failure.ts';

/**
 * A `ConnectError` and a `LocalError` keep what they say. An abort error of an aborted call becomes the reason of
 * the abort. Anything else is a fault of ours: it is logged under a random id, and the caller learns only the id.
 */
export function toFailure(error: unknown, context: HandlerContext, methodName: string, log: Log): ConnectError {
  if (error instanceof ConnectError) return error;
  if (error instanceof LocalError) return fromLocal(error);
  if (isAbort(error) && context.signal.aborted) return ConnectError.from(context.signal.reason, Code.Canceled);
  return unexpected(error, methodName, log);
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}

function unexpected(error: unknown, methodName: string, log: Log): ConnectError {
  const id = randomBytes(6).toString('hex');
  const stack = error instanceof Error ? error.stack : undefined;
  log.error('a call failed unexpectedly', { id, method: methodName, error: messageOf(error), stack });
  return failure(Code.Internal, 'INTERNAL', `internal error ${id}`, {
    help: `look for ${id} in the log of the node that was called`,
    metadata: { id },
    cause: error,
  });
}
