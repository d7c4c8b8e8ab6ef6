export interface BackoffOptions {
  /** The ceiling of the first pause, in milliseconds. */
  baseMs: number;
  /** No pause is longer. */
  capMs: number;
}

/**
 * A random pause between zero and `baseMs * 2^attempt`, capped: "full jitter", which spreads a herd of
 * reconnecting peers best. `attempt` counts from 0.
 */
export function fullJitter(attempt: number, options: BackoffOptions, random: () => number = Math.random): number {
  return random() * Math.min(options.capMs, options.baseMs * 2 ** Math.min(attempt, 30));
}
