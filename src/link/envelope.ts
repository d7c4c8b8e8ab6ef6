/**
 * Connect's envelopes: a flag byte, the length as a big-endian 32-bit number, the payload. Flag 0x00 is a packet,
 * 0x02 ends the response with JSON (Connect protocol, "Streaming RPCs"). Compression is never negotiated here.
 */
import { limitBreach, protocolBreach } from './breach.ts';
import { FRAGMENT_BYTES, PACKET_BYTES } from './limits.ts';
import { giveBuffer, LARGE_BUFFER_BYTES, takeLargeBuffer } from './packet-buffers.ts';

export const ENVELOPE_HEADER_BYTES = 5;

/** A packet, not compressed. */
export const PACKET_FLAG = 0x00;

/** The end of a response: JSON, with an `error` if the call failed. */
export const END_FLAG = 0x02;

const empty = Buffer.alloc(0);

/** Writes the header of an envelope at `offset`. */
export function writeEnvelopeHeader(buffer: Buffer, offset: number, flag: number, length: number): void {
  buffer[offset] = flag;
  buffer.writeUInt32BE(length, offset + 1);
}

/** A whole envelope, for what is sent rarely. */
export function envelopeOf(flag: number, payload: Uint8Array): Buffer {
  const envelope = Buffer.alloc(ENVELOPE_HEADER_BYTES + payload.length);
  writeEnvelopeHeader(envelope, 0, flag, payload.length);
  envelope.set(payload, ENVELOPE_HEADER_BYTES);
  return envelope;
}

/**
 * Takes one envelope. The payload is a view: whoever keeps something of it keeps the chunk that it came in. The answer
 * `false` says that nothing is kept; then its bytes may be written over.
 */
export type EnvelopeHandler = (flag: number, payload: Buffer) => unknown;

/**
 * Cuts a byte stream into envelopes, however it is chunked. What is not whole waits in one buffer of the size that its
 * header tells: a peer that sends byte by byte makes us hold bytes, not an object for each.
 */
export class EnvelopeReader {
  readonly #handle: EnvelopeHandler;
  readonly #maxBytes: number;
  /** The part of a header that is there. */
  #header = empty;
  /** Where the payload goes that is not whole yet: as large as it, or larger. */
  #room: Buffer | undefined;
  #length = 0;
  #flag = PACKET_FLAG;
  #filled = 0;

  constructor(handle: EnvelopeHandler, maxBytes = PACKET_BYTES) {
    this.#handle = handle;
    this.#maxBytes = maxBytes;
  }

  /** Whether the stream may end here. */
  get isBetween(): boolean {
    return this.#room === undefined && this.#header.length === 0;
  }

  /** Throws a `Breach` for an envelope that is too long or of an unknown flag, before any of it is held. */
  push(chunk: Buffer): void {
    let rest = this.#room ? this.#fill(this.#room, chunk) : this.#joined(chunk);
    while (rest.length >= ENVELOPE_HEADER_BYTES) rest = this.#next(rest);
    if (rest.length > 0) this.#header = Buffer.from(rest);
  }

  #joined(chunk: Buffer): Buffer {
    if (this.#header.length === 0) return chunk;
    const joined = Buffer.concat([this.#header, chunk]);
    this.#header = empty;
    return joined;
  }

  /** Takes one envelope from the front, or begins one; returns what is left. */
  #next(bytes: Buffer): Buffer {
    const flag = bytes.readUInt8(0);
    const length = bytes.readUInt32BE(1);
    this.#check(flag, length);
    const end = ENVELOPE_HEADER_BYTES + length;
    if (bytes.length >= end) {
      this.#handle(flag, bytes.subarray(ENVELOPE_HEADER_BYTES, end));
      return bytes.subarray(end);
    }
    this.#flag = flag;
    this.#room =
      length > FRAGMENT_BYTES && length <= LARGE_BUFFER_BYTES ? takeLargeBuffer() : Buffer.allocUnsafeSlow(length);
    this.#length = length;
    this.#filled = 0;
    return this.#fill(this.#room, bytes.subarray(ENVELOPE_HEADER_BYTES));
  }

  #check(flag: number, length: number): void {
    if (flag !== PACKET_FLAG && flag !== END_FLAG) throw protocolBreach(`an envelope has the unknown flag ${flag}`);
    if (length > this.#maxBytes) throw limitBreach(`a packet of ${length} bytes; ${this.#maxBytes} are allowed`);
  }

  #fill(room: Buffer, chunk: Buffer): Buffer {
    const taken = chunk.copy(room, this.#filled, 0, this.#length - this.#filled);
    this.#filled += taken;
    if (this.#filled < this.#length) return empty;
    this.#room = undefined;
    const isKept = this.#handle(this.#flag, room.subarray(0, this.#length)) !== false;
    if (!isKept) giveBuffer(room);
    return chunk.subarray(taken);
  }
}
