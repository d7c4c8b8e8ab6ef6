/**
 * A map from whole numbers, for what comes and goes with every call. A `Map` makes itself a new table every few
 * deletions, and the old ones, which V8 keeps linked to the new, hold on to what was in them until the next full garbage
 * collection: to the calls of a whole minute. This one clears what it lets go of, and makes a table only to grow.
 */
export class IntMap<V> {
  #keys = new Float64Array(MIN_SLOTS);
  #values: (V | undefined)[] = new Array(MIN_SLOTS).fill(undefined);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: number): V | undefined {
    return this.#values[this.#slotOf(key)];
  }

  has(key: number): boolean {
    return this.#keys[this.#slotOf(key)] === key;
  }

  /** `key` is a whole number from 1 to 2^53 - 1. */
  set(key: number, value: V): void {
    let slot = this.#slotOf(key);
    if (this.#keys[slot] !== key) {
      if (++this.#size * 2 > this.#keys.length) {
        this.#grow();
        slot = this.#slotOf(key);
      }
      this.#keys[slot] = key;
    }
    this.#values[slot] = value;
  }

  /** Whether there was such a key. */
  delete(key: number): boolean {
    const slot = this.#slotOf(key);
    if (this.#keys[slot] !== key) return false;
    this.#size--;
    this.#vacate(slot);
    return true;
  }

  clear(): void {
    this.#keys.fill(FREE);
    this.#values.fill(undefined);
    this.#size = 0;
  }

  /** In no order. What is set or deleted meanwhile may be missed or seen twice: copy first. */
  *values(): Generator<V> {
    for (const [slot, key] of this.#keys.entries()) if (key !== FREE) yield this.#values[slot] as V;
  }

  /** Where the key is, or the free slot where it would be. */
  #slotOf(key: number): number {
    const keys = this.#keys;
    const mask = keys.length - 1;
    let slot = home(key, mask);
    for (let held = keys[slot]; held !== key && held !== FREE; held = keys[slot]) slot = (slot + 1) & mask;
    return slot;
  }

  /** Those behind move up, so that no search ends at the gap too early (linear probing, Knuth 6.4 R). */
  #vacate(gap: number): void {
    const [keys, values] = [this.#keys, this.#values];
    const mask = keys.length - 1;
    let hole = gap;
    for (let slot = (hole + 1) & mask; keys[slot] !== FREE; slot = (slot + 1) & mask) {
      const wanted = home(keys[slot] as number, mask);
      if (((slot - wanted) & mask) < ((slot - hole) & mask)) continue;
      keys[hole] = keys[slot] as number;
      values[hole] = values[slot];
      hole = slot;
    }
    keys[hole] = FREE;
    values[hole] = undefined;
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#keys = new Float64Array(keys.length * 2);
    this.#values = new Array(values.length * 2).fill(undefined);
    for (const [slot, key] of keys.entries()) {
      if (key === FREE) continue;
      const free = this.#slotOf(key);
      this.#keys[free] = key;
      this.#values[free] = values[slot];
    }
    values.fill(undefined);
  }
}

const FREE = 0;
const MIN_SLOTS = 8;

/** Neighbours in number are spread over the table. */
function home(key: number, mask: number): number {
  return (Math.imul(key | 0, 0x9e3779b1) >>> 7) & mask;
}
