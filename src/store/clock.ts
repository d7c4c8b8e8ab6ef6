/**
 * Milliseconds since 1970 for leases: those of the clock when the process began, and what has passed since by a clock
 * that nobody can set.
 */
export function steadyNowMs(): number {
  return Math.floor(performance.timeOrigin + performance.now());
}
