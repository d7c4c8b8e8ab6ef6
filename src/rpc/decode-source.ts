/** Bytes that are left to protobuf-es: unusual or wrong. */
export const UNFIT = Symbol('unfit');

const REPLACEMENT = '\ufffd';

/** Letters of a text that is read one by one: of few, that is faster than a call of the decoder; of more, V8 makes a tree. */
const SHORT = 12;

/** The bytes of a message, and where the next value stands. All of it throws `UNFIT`. */
export class DecodeSource {
  readonly #given: Uint8Array;
  /** The same. */
  readonly #bytes: Buffer;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#given = bytes;
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** A whole number from 0 to 2^53 - 1. */
  varint(): number {
    const first = this.#bytes[this.at++];
    if (first === undefined) throw UNFIT;
    return first < 0x80 ? first : this.#longVarint(first);
  }

  /** The same from 0 to 2^31 - 1. */
  number(): number {
    const value = this.varint();
    if (value > 0x7fff_ffff) throw UNFIT;
    return value;
  }

  bool(): boolean {
    const value = this.varint();
    if (value > 1) throw UNFIT;
    return value === 1;
  }

  text(): string {
    const end = this.end();
    const start = this.at;
    this.at = end;
    return (end - start <= SHORT ? this.#shortText(start, end) : undefined) ?? this.#longText(start, end);
  }

  bytes(): Uint8Array {
    return this.slice(this.end());
  }

  slice(end: number): Uint8Array {
    const start = this.at;
    this.at = end;
    return this.#given.subarray(start, end);
  }

  /** Where that ends whose length stands here. */
  end(): number {
    const length = this.varint();
    const end = this.at + length;
    if (end > this.#bytes.length) throw UNFIT;
    return end;
  }

  /** `undefined` if it has other letters than those of ASCII. */
  #shortText(start: number, end: number): string | undefined {
    let text = '';
    for (let at = start; at < end; at++) {
      const letter = this.#bytes[at] as number;
      if (letter > 0x7f) return undefined;
      text += String.fromCharCode(letter);
    }
    return text;
  }

  #longText(start: number, end: number): string {
    const text = this.#bytes.toString('utf8', start, end);
    // It may have been said so, or stand for bytes that are no text.
    if (text.includes(REPLACEMENT)) throw UNFIT;
    return text;
  }

  #longVarint(first: number): number {
    let value = first & 0x7f;
    for (let weight = 0x80; weight <= 2 ** 49; weight *= 0x80) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) throw UNFIT;
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) throw UNFIT;
        return value;
      }
    }
    throw UNFIT;
  }
}
