/** A bounded table of things that end when nobody has used them for a while. */

interface Entry<T> {
  readonly value: T;
  usedAtMs: number;
}

export interface ExpiringOptions<T> {
  readonly maxCount: number;
  /** The most that belong to one owner; `maxCount` if absent. */
  readonly maxPerOwner?: number;
  /** Whose a thing is. Needed with `maxPerOwner`. */
  ownerOf?(value: T): string;
  readonly idleMs: number;
  /** Things in use do not age. */
  isBusy(value: T): boolean;
  /** Called once when a thing leaves the table. */
  onEnd(value: T): void;
}

export class Expiring<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #options: ExpiringOptions<T>;

  constructor(options: ExpiringOptions<T>) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Finds a thing and makes it young again. */
  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (entry) entry.usedAtMs = performance.now();
    return entry?.value;
  }

  /**
   * Adds a thing. Where its owner has as many as it may, the owner's oldest idle one makes room; where the table is
   * full, the oldest idle one of all. `false` if all of those are busy.
   */
  add(key: string, value: T): boolean {
    if (!this.#hasRoomOf(value) && !this.#dropOldest((other) => this.#ownerOf(other) === this.#ownerOf(value)))
      return false;
    if (this.#entries.size >= this.#options.maxCount && !this.#dropOldest()) return false;
    this.#entries.set(key, { value, usedAtMs: performance.now() });
    return true;
  }

  delete(key: string): boolean {
    const entry = this.#entries.get(key);
    if (!entry) return false;
    this.#entries.delete(key);
    this.#options.onEnd(entry.value);
    return true;
  }

  /** Ends what has been idle for too long. Call it now and then. */
  sweep(nowMs: number = performance.now()): void {
    for (const [key, entry] of this.#entries) {
      if (this.#options.isBusy(entry.value)) entry.usedAtMs = nowMs;
      else if (nowMs - entry.usedAtMs >= this.#options.idleMs) this.delete(key);
    }
  }

  clear(): void {
    for (const key of this.#entries.keys()) this.delete(key);
  }

  #ownerOf(value: T): string | undefined {
    return this.#options.ownerOf?.(value);
  }

  #hasRoomOf(value: T): boolean {
    const { maxPerOwner } = this.#options;
    if (maxPerOwner === undefined || this.#entries.size < maxPerOwner) return true;
    const own = [...this.#entries.values()].filter((entry) => this.#ownerOf(entry.value) === this.#ownerOf(value));
    return own.length < maxPerOwner;
  }

  #dropOldest(among: (value: T) => boolean = () => true): boolean {
    const idle = [...this.#entries].filter(([, { value }]) => among(value) && !this.#options.isBusy(value));
    const oldest = idle.reduce<(typeof idle)[number] | undefined>(
      (least, entry) => (least === undefined || entry[1].usedAtMs < least[1].usedAtMs ? entry : least),
      undefined,
    );
    return oldest !== undefined && this.delete(oldest[0]);
  }
}
