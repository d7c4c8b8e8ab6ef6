/** How often strangers may try, in all and each; enough for people, too little for guessing or for load. */
const windowMs = 60_000;
const maxInWindow = 600;
const maxOfOneKey = 10;

/** Counts attempts in windows of a minute. */
export class Attempts {
  readonly #byKey = new Map<string, number>();
  #windowStartMs = 0;
  #count = 0;

  /** Milliseconds to wait before `key` may try; 0 if it may now, and then this counts as an attempt. */
  take(key: string, now = Date.now()): number {
    if (now - this.#windowStartMs >= windowMs) {
      this.#byKey.clear();
      this.#windowStartMs = now;
      this.#count = 0;
    }
    const own = this.#byKey.get(key) ?? 0;
    if (this.#count >= maxInWindow || own >= maxOfOneKey) return this.#windowStartMs + windowMs - now;
    this.#count++;
    this.#byKey.set(key, own + 1);
    return 0;
  }
}
