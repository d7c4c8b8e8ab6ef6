/** A bounded number of places, in all and for each key. */
export class Places {
  readonly #max: number;
  readonly #maxPerKey: number;
  readonly #byKey = new Map<string, number>();
  #taken = 0;

  constructor(max: number, maxPerKey: number) {
    this.#max = max;
    this.#maxPerKey = maxPerKey;
  }

  /** Takes one place that counts for each of the keys. Gives how to leave it, once; nothing if one of them has no room. */
  take(...keys: string[]): (() => void) | undefined {
    if (this.#taken >= this.#max || keys.some((key) => this.#of(key) >= this.#maxPerKey)) return undefined;
    this.#count(keys, 1);
    let left = false;
    return () => {
      if (!left) this.#count(keys, -1);
      left = true;
    };
  }

  #of(key: string): number {
    return this.#byKey.get(key) ?? 0;
  }

  #count(keys: readonly string[], by: number): void {
    this.#taken += by;
    for (const key of keys) {
      const count = this.#of(key) + by;
      if (count === 0) this.#byKey.delete(key);
      else this.#byKey.set(key, count);
    }
  }
}
