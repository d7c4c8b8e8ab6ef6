/**
 * Entries in their file: each behind its length as a varint. The first two fields of an entry stand at its head as they
 * are written here, so that chains are followed without decoding: 0x0a 0x20, the hash of the entry before, 0x10, the
 * number. What follows is whatever protobuf writes.
 */
import { sha256 } from '../../../base/bytes.ts';
import { MAX_ENTRY_BYTES } from '../limits.ts';

export const HASH_BYTES = 32;

/** What the first entry names as the one before. */
export const NO_HASH: Buffer = Buffer.alloc(HASH_BYTES);

const HASH_TAG = 0x0a;
const NUMBER_TAG = 0x10;
const PREFIX_BYTES = 3 + HASH_BYTES;
const LENGTH_DELIMITED = 2;

/** The SHA-256 of an entry's bytes. */
export function hashOf(entry: Uint8Array): Buffer {
  return sha256(entry);
}

/** Bytes that an entry takes in its file at most; `rest` is all of it but hash and number. */
export function roomFor(rest: Uint8Array): number {
  return PREFIX_BYTES + 20 + rest.length;
}

/** Writes an entry with its length at `offset`. Returns where it starts behind the length, and where it ends. */
export function writeFrame(
  out: Buffer,
  offset: number,
  previousHash: Uint8Array,
  number: number,
  rest: Uint8Array,
): { start: number; end: number } {
  const start = writeVarint(out, offset, PREFIX_BYTES + varintSize(number) + rest.length);
  out[start] = HASH_TAG;
  out[start + 1] = HASH_BYTES;
  out.set(previousHash, start + 2);
  out[start + 2 + HASH_BYTES] = NUMBER_TAG;
  const at = writeVarint(out, start + PREFIX_BYTES, number);
  out.set(rest, at);
  return { start, end: at + rest.length };
}

/** What stands at the place of a reader. */
export type FrameState =
  | 'entry'
  /** The bytes end between two entries. */
  | 'end'
  /** The bytes end within an entry. */
  | 'cut'
  /** No entry can begin so. */
  | 'broken';

/** Walks over entries. Its fields tell of the one that `next` has found; one object for all, for speed. */
export class FrameReader {
  readonly bytes: Buffer;
  /** Where the length of the entry stands. */
  offset = 0;
  /** Where the entry itself begins and ends. */
  start = 0;
  end: number;
  number = 0;
  #at = 0;

  constructor(bytes: Buffer, offset = 0) {
    this.bytes = bytes;
    this.end = offset;
  }

  /** Goes to the entry behind the last one. Where there is none, `offset` says from where on nothing can be read. */
  next(): FrameState {
    const { bytes } = this;
    this.offset = this.end;
    if (this.offset === bytes.length) return 'end';
    const length = this.#varint(this.offset);
    if (length === undefined) return bytes.length - this.offset < 4 ? 'cut' : 'broken';
    const start = this.#at;
    if (length <= PREFIX_BYTES || length > MAX_ENTRY_BYTES) return 'broken';
    const isWhole = start + length <= bytes.length;
    if (!isWhole && bytes.length - start < PREFIX_BYTES + 1) return 'cut';
    const isHead =
      bytes[start] === HASH_TAG && bytes[start + 1] === HASH_BYTES && bytes[start + 2 + HASH_BYTES] === NUMBER_TAG;
    if (!isHead) return 'broken';
    const number = this.#varint(start + PREFIX_BYTES);
    if (!isWhole) return 'cut';
    if (number === undefined || number === 0) return 'broken';
    this.start = start;
    this.end = start + length;
    this.number = number;
    return 'entry';
  }

  /** The bytes of the entry: a view. */
  entry(): Buffer {
    return this.bytes.subarray(this.start, this.end);
  }

  /** Whether the entry names this hash as the one of the entry before. */
  follows(previousHash: Buffer): boolean {
    const at = this.start + 2;
    return this.bytes.compare(previousHash, 0, HASH_BYTES, at, at + HASH_BYTES) === 0;
  }

  /** A copy of the hash that the entry names. */
  previousHash(): Buffer {
    return Buffer.from(this.bytes.subarray(this.start + 2, this.start + 2 + HASH_BYTES));
  }

  /** The field of the entry that says what happened: the first after time (3) and principal (4). 0 if there is none. */
  eventField(): number {
    let at = this.start + PREFIX_BYTES;
    while (at < this.end && (this.bytes[at] ?? 0) >= 0x80) at++;
    at++;
    while (at < this.end) {
      const tag = this.#varint(at);
      if (tag === undefined || (tag & 7) !== LENGTH_DELIMITED) return 0;
      if (tag >>> 3 > 4) return tag >>> 3;
      const length = this.#varint(this.#at);
      if (length === undefined) return 0;
      at = this.#at + length;
    }
    return 0;
  }

  /** Reads one, and sets `#at` behind it; `undefined` if the bytes end or it is longer than a number can hold. */
  #varint(offset: number): number | undefined {
    let value = 0;
    let scale = 1;
    for (let at = offset; at < offset + 8; at++) {
      const byte = this.bytes[at];
      if (byte === undefined) return undefined;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        this.#at = at + 1;
        return value;
      }
      scale *= 128;
    }
    return undefined;
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}

function writeVarint(out: Buffer, offset: number, value: number): number {
  let at = offset;
  let rest = value;
  while (rest >= 128) {
    out[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  out[at++] = rest;
  return at;
}
