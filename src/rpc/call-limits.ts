import { Code, ConnectError } from '@connectrpc/connect';
import { deadlineExceeded, startDeadline } from './interceptors/deadline.ts';

/**
 * What can end a caller's wait from its own side: its signal and its deadline. Calls `stop` at most once, perhaps at
 * once, with the error that the caller gets. The returned function ends the watch; it is undefined where there is
 * nothing to watch, which is the cheap and common case.
 */
export function watchLimits(
  signal: AbortSignal | undefined,
  timeoutMs: number | undefined,
  stop: (error: ConnectError) => void,
): (() => void) | undefined {
  if (signal === undefined && timeoutMs === undefined) return undefined;
  let over = false;
  let clearDeadline: (() => void) | undefined;
  const release = () => {
    over = true;
    clearDeadline?.();
    signal?.removeEventListener('abort', onAbort);
  };
  const end = (error: ConnectError) => {
    if (over) return;
    release();
    stop(error);
  };
  const onAbort = () => end(ConnectError.from(signal?.reason, Code.Canceled));
  if (signal?.aborted) onAbort();
  else signal?.addEventListener('abort', onAbort);
  if (!over && timeoutMs !== undefined) clearDeadline = startDeadline(timeoutMs, () => end(deadlineExceeded()));
  return release;
}
