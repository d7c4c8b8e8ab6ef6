/** The longest delay of a timer: some 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Calls `then` at a time in milliseconds since 1970, at once if that is over, never if it is infinite. The timer does not
 * keep the process alive. Returns what stops it.
 */
export function callAt(timeMs: number, then: () => void): () => void {
  if (timeMs === Number.POSITIVE_INFINITY) return () => undefined;
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    const leftMs = timeMs - Date.now();
    if (leftMs <= 0) then();
    else timer = setTimeout(look, Math.min(leftMs, MAX_TIMER_MS)).unref();
  };
  look();
  return () => clearTimeout(timer);
}
