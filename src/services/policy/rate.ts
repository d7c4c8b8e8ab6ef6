/** How often a rule lets a caller through. */
import { MAX_COUNTS } from './limits.ts';

/** "10/1m": ten at once, and then one each six seconds. */
export interface Limit {
  readonly count: number;
  readonly perMs: number;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads what the schema's pattern lets through; `undefined` for none. */
export function parseLimit(text: string): Limit | undefined {
  const [, count, span, unit = ''] = /^(\d+)\/(\d+)([smhd])$/.exec(text) ?? [];
  if (count === undefined) return undefined;
  return { count: Number(count), perMs: Number(span) * (UNIT_MS[unit] ?? 0) };
}

/** What adding fractions may leave over: no wait. */
const ROUNDING_MS = 1e-3;

/**
 * Counts by the generic cell rate algorithm (ITU-T I.371): one number for each caller, the time at which all that it was
 * let through would have been due at an even pace.
 */
export class Counts {
  readonly #due = new Map<string, number>();
  readonly #now: () => number;
  #tidiedMs = Number.NEGATIVE_INFINITY;

  /** `now` gives milliseconds of a clock that never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Takes one of the caller's count; or says how long, in milliseconds, until there is one. */
  take(key: string, { count, perMs }: Limit): number | undefined {
    const nowMs = this.#now();
    const stepMs = perMs / count;
    const dueMs = Math.max(this.#due.get(key) ?? 0, nowMs);
    const waitMs = dueMs - nowMs + stepMs - perMs;
    if (waitMs > ROUNDING_MS) return Math.ceil(waitMs);
    if (!this.#due.has(key) && this.#due.size >= MAX_COUNTS && !this.#tidy(nowMs)) return Math.ceil(stepMs);
    this.#due.set(key, dueMs + stepMs);
    return undefined;
  }

  /** Forgets whose count is full again, at most once a second. Whether there is room now. */
  #tidy(nowMs: number): boolean {
    if (nowMs - this.#tidiedMs < 1_000) return false;
    this.#tidiedMs = nowMs;
    for (const [key, dueMs] of this.#due) if (dueMs <= nowMs) this.#due.delete(key);
    return this.#due.size < MAX_COUNTS;
  }
}
