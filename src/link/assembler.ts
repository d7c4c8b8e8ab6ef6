import { FRAGMENT_BYTES } from './limits.ts';
import { giveBuffer, LARGE_BUFFER_BYTES, takeLargeBuffer } from './packet-buffers.ts';

const nothing: Buffer = Buffer.alloc(0);

/** A message is not expected to be larger, however large the one before was. */
const MAX_EXPECTED_BYTES = 2 * 1024 * 1024;

/**
 * Puts a message together from its fragments. They are copied into pieces, the first as large as what is there, the
 * others of one size that is used again, and all once more when the message is whole: whoever sends a message in
 * fragments of one byte makes us hold little more than twice its bytes, not an object for each, and a large message
 * costs no memory but its own.
 *
 * Streams of large messages often have them all of a size. So one that begins with a whole fragment gets room for as
 * much as the one before it had; if that was right, the room is the message, and nothing is copied again.
 */
export class Assembler {
  #full: Buffer[] = [];
  #piece = nothing;
  /** Bytes written into the last piece. */
  #filled = 0;
  #length = 0;
  #isOpen = false;
  /** Bytes of the message before. */
  #before = 0;

  /** Whether a message has begun and not ended. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Bytes of the message that is under way. */
  get length(): number {
    return this.#length;
  }

  /** A fragment that others follow. */
  add(fragment: Uint8Array): void {
    if (!this.#isOpen) this.#expect(fragment.length);
    this.#isOpen = true;
    const fits = Math.min(fragment.length, this.#piece.length - this.#filled);
    this.#write(fragment.subarray(0, fits));
    if (fits === fragment.length) return;
    this.#begin(fragment.length - fits);
    this.#write(fragment.subarray(fits));
  }

  #expect(first: number): void {
    const expected = Math.min(this.#before, MAX_EXPECTED_BYTES);
    if (first === FRAGMENT_BYTES && expected > first) this.#piece = Buffer.allocUnsafeSlow(expected);
  }

  #write(bytes: Uint8Array): void {
    this.#piece.set(bytes, this.#filled);
    this.#filled += bytes.length;
    this.#length += bytes.length;
  }

  /** The piece is full: the next one has room for as much as there is, if that is little. */
  #begin(needed: number): void {
    if (this.#filled > 0) this.#full.push(this.#piece);
    const wanted = Math.max(2 * needed, this.#length);
    this.#piece = wanted < LARGE_BUFFER_BYTES / 2 ? Buffer.allocUnsafeSlow(wanted) : takeLargeBuffer();
    this.#filled = 0;
  }

  /** The last fragment: returns the whole message. */
  finish(fragment: Uint8Array): Uint8Array {
    if (!this.#isOpen) return fragment;
    this.#before = this.#length + fragment.length;
    const isRoomRight = this.#full.length === 0 && this.#piece.length === this.#before;
    const whole = isRoomRight ? this.#filledUp(fragment) : this.#joined(fragment);
    this.clear();
    return whole;
  }

  /** The piece has room for the last fragment and no more: it is the whole message. */
  #filledUp(fragment: Uint8Array): Uint8Array {
    const whole = new Uint8Array(this.#piece.buffer);
    whole.set(fragment, this.#length);
    this.#piece = nothing;
    return whole;
  }

  #joined(fragment: Uint8Array): Uint8Array {
    const whole = new Uint8Array(Buffer.allocUnsafeSlow(this.#length + fragment.length).buffer);
    let offset = 0;
    for (const piece of this.#full) {
      whole.set(piece, offset);
      offset += piece.length;
    }
    whole.set(this.#piece.subarray(0, this.#filled), offset);
    whole.set(fragment, this.#length);
    return whole;
  }

  clear(): void {
    for (const piece of [...this.#full, this.#piece]) giveBuffer(piece);
    this.#full = [];
    this.#piece = nothing;
    this.#filled = 0;
    this.#length = 0;
    this.#isOpen = false;
  }
}
