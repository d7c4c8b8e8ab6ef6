import { protocolBreach } from '../breach.ts';

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** A varint has at most ten bytes (64 bits of seven). */
const MAX_VARINT_BYTES = 10;

/** A leading byte-order mark is text, and bytes that are no UTF-8 are an error. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads protobuf fields out of one packet. Every method throws a `Breach` rather than read past its end. */
export class Reader {
  readonly #buffer: Buffer;
  position: number;
  /** Where the message that is being read ends. */
  end: number;

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = 0;
    this.end = bytes.byteLength;
  }

  get atEnd(): boolean {
    return this.position >= this.end;
  }

  /** A field's number and wire type. Unlike a value, a tag must fit in 32 bits. */
  tag(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const start = this.position;
    const tag = this.#longVarint(first);
    const length = this.position - start;
    if (length > 4 || (length === 4 && (this.#buffer[this.position - 1] as number) > 0x0f)) {
      throw protocolBreach('a tag is longer than 32 bits');
    }
    return tag;
  }

  /** The low 32 bits of a varint, unsigned: what all protobuf readers make of a number that is too large. */
  varint(): number {
    const first = this.#byte();
    return first < 0x80 ? first : this.#longVarint(first);
  }

  #longVarint(first: number): number {
    let low = first & 0x7f;
    for (let index = 1; index < MAX_VARINT_BYTES; index++) {
      const byte = this.#byte();
      if (index < 5) low |= (byte & 0x7f) << (7 * index);
      if (byte < 0x80) return low >>> 0;
    }
    throw protocolBreach('a varint is longer than ten bytes');
  }

  /** Whether a varint is not zero, high bits included. */
  flag(): boolean {
    let any = 0;
    for (let index = 0; index < MAX_VARINT_BYTES; index++) {
      const byte = this.#byte();
      any |= byte & 0x7f;
      if (byte < 0x80) return any !== 0;
    }
    throw protocolBreach('a varint is longer than ten bytes');
  }

  #byte(): number {
    if (this.position >= this.end) throw protocolBreach('a message is cut off');
    return this.#buffer[this.position++] as number;
  }

  /** Enters a message inside this one: until `leave`, `end` is its end. Returns the end to come back to. */
  enter(): number {
    const length = this.#length();
    const outer = this.end;
    this.end = this.position + length;
    return outer;
  }

  leave(outer: number): void {
    this.end = outer;
  }

  /** A view, not a copy: who keeps it keeps the packet. */
  bytes(): Uint8Array {
    const length = this.#length();
    const start = this.#buffer.byteOffset + this.position;
    this.position += length;
    return new Uint8Array(this.#buffer.buffer, start, length);
  }

  text(): string {
    const length = this.#length();
    const start = this.position;
    this.position += length;
    if (this.#isAscii(start, this.position)) return this.#buffer.toString('latin1', start, this.position);
    try {
      return utf8.decode(this.#buffer.subarray(start, this.position));
    } catch {
      throw protocolBreach('a string is not UTF-8');
    }
  }

  #isAscii(start: number, end: number): boolean {
    for (let index = start; index < end; index++) {
      if ((this.#buffer[index] as number) > 0x7f) return false;
    }
    return true;
  }

  #length(): number {
    const length = this.varint();
    if (length > this.end - this.position) throw protocolBreach('a field is longer than its message');
    return length;
  }

  /**
   * Skips the content of a field that this version does not know: its number is above `known`. A known field comes
   * here only with a wrong wire type; readers differ in what they make of that, so it is an error.
   */
  skip(tag: number, known: number): void {
    if (tag >>> 3 <= known) throw protocolBreach('a field has a wrong wire type, or number zero');
    switch (tag & 7) {
      case VARINT:
        this.flag();
        break;
      case FIXED64:
        this.#forward(8);
        break;
      case BYTES:
        this.#forward(this.#length());
        break;
      case FIXED32:
        this.#forward(4);
        break;
      default:
        throw protocolBreach('a field has a wire type that is not used');
    }
  }

  #forward(length: number): void {
    if (length > this.end - this.position) throw protocolBreach('a message is cut off');
    this.position += length;
  }
}
