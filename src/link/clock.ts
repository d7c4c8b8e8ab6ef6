/** Time, as the link sees it: tests bring their own. */
export interface Clock {
  /** Milliseconds that only grow. */
  monotonicMs(): number;
  /** Milliseconds since 1970, for people. */
  timeMs(): number;
  /** Calls once, after `delayMs`. Returns how to call it off. Keeps no process alive. */
  after(delayMs: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  timeMs: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
