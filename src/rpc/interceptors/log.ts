/** One debug line a call: who, what, how long, how it ended. */
import { Code, type ConnectError } from '@connectrpc/connect';
import type { Log } from '../../base/log.ts';
import { type Principal, principalText } from '../principal.ts';

/** `startedMs` is on the clock of `performance.now()`. */
export function logCall(log: Log, principal: Principal, method: string, startedMs: number, error?: ConnectError): void {
  log.debug('call', {
    principal: principalText(principal),
    ...(principal.agent !== undefined && { agent: principal.agent }),
    method,
    duration_ms: Math.round((performance.now() - startedMs) * 1000) / 1000,
    code: error === undefined ? 'Ok' : Code[error.code],
  });
}
