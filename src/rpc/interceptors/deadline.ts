/** Deadlines, the same for callers and handlers. */
import { Code, type ConnectError } from '@connectrpc/connect';
import { failure } from '../failure.ts';

/** The longest pause that `setTimeout` takes, about 25 days; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export function deadlineExceeded(): ConnectError {
  return failure(Code.DeadlineExceeded, 'DEADLINE_EXCEEDED', 'the deadline of the call has passed');
}

/** Calls `expire` once after `timeoutMs` (at once if that is not positive) unless the returned function is called. */
export function startDeadline(timeoutMs: number, expire: () => void): () => void {
  if (timeoutMs <= 0) {
    expire();
    return () => undefined;
  }
  if (timeoutMs > MAX_TIMER_MS) return () => undefined;
  const timer = setTimeout(expire, timeoutMs);
  return () => clearTimeout(timer);
}
