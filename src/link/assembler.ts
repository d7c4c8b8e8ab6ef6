import { noBytes } from './frame/frame.ts';

/** The first room for a message in fragments: two of them. */
const FIRST_BYTES = 128 * 1024;

/**
 * Puts a message together from its fragments. One buffer that doubles: whoever sends a message in fragments of one
 * byte makes us hold twice its bytes, not an object for each.
 */
export class Assembler {
  #buffer: Buffer | undefined;
  #length = 0;

  /** Whether a message has begun and not ended. */
  get isOpen(): boolean {
    return this.#buffer !== undefined;
  }

  /** Bytes of the message that is under way. */
  get length(): number {
    return this.#length;
  }

  /** A fragment that others follow. */
  add(fragment: Uint8Array): void {
    const buffer = this.#room(fragment.length);
    buffer.set(fragment, this.#length);
    this.#length += fragment.length;
  }

  /** The last fragment: returns the whole message. */
  finish(fragment: Uint8Array): Uint8Array {
    if (!this.#buffer) return fragment;
    this.add(fragment);
    const whole = new Uint8Array(this.#buffer.buffer, this.#buffer.byteOffset, this.#length);
    this.clear();
    return whole;
  }

  clear(): void {
    this.#buffer = undefined;
    this.#length = 0;
  }

  #room(more: number): Buffer {
    const before = this.#buffer;
    const needed = this.#length + more;
    if (before && needed <= before.length) return before;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, before ? before.length * 2 : FIRST_BYTES));
    grown.set(before?.subarray(0, this.#length) ?? noBytes);
    this.#buffer = grown;
    return grown;
  }
}
