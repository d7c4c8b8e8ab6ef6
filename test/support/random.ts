/** Random numbers that a seed repeats: what a failure printed can be run again. */
export class Random {
  #state: number;

  constructor(seed: number) {
    // Seeds that follow each other must not begin alike.
    this.#state = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) | 1;
    for (let round = 0; round < 4; round++) this.uint32();
  }

  /** 0 to 2^32 - 1, by Marsaglia's xorshift. */
  uint32(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return state >>> 0;
  }

  /** 0 to `limit - 1`. */
  below(limit: number): number {
    return this.uint32() % limit;
  }

  /** Once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  /** The first 64 random, the rest alike: so many random ones would cost more than what they try. */
  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length).fill(this.uint32());
    for (let index = 0; index < Math.min(length, 64); index++) bytes[index] = this.uint32();
    return bytes;
  }
}
