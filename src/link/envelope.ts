/**
 * Connect's envelopes: a flag byte, the length as a big-endian 32-bit number, the payload. Flag 0x00 is a packet,
 * 0x02 ends the response with JSON (Connect protocol, "Streaming RPCs"). Compression is never negotiated here.
 */
import { limitBreach, protocolBreach } from './breach.ts';
import { PACKET_BYTES } from './limits.ts';

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

/** Takes one envelope. The payload is a view: whoever keeps it keeps the chunk that it came in. */
export type EnvelopeHandler = (flag: number, payload: Buffer) => void;

/**
 * Cuts a byte stream into envelopes, however it is chunked. What is not whole waits in one buffer of the size that its
 * header tells: a peer that sends byte by byte makes us hold bytes, not an object for each.
 */
export class EnvelopeReader {
  readonly #handle: EnvelopeHandler;
  readonly #maxBytes: number;
  /** The part of a header that is there. */
  #header = empty;
  /** The payload that is not whole yet. */
  #payload: Buffer | undefined;
  #flag = PACKET_FLAG;
  #filled = 0;

  constructor(handle: EnvelopeHandler, maxBytes = PACKET_BYTES) {
    this.#handle = handle;
    this.#maxBytes = maxBytes;
  }

  /** Whether the stream may end here. */
  get isBetween(): boolean {
    return this.#payload === undefined && this.#header.length === 0;
  }

  /** Throws a `Breach` for an envelope that is too long or of an unknown flag, before any of it is held. */
  push(chunk: Buffer): void {
    let rest = this.#payload ? this.#fill(this.#payload, chunk) : this.#joined(chunk);
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
    this.#payload = Buffer.allocUnsafeSlow(length);
    this.#filled = 0;
    return this.#fill(this.#payload, bytes.subarray(ENVELOPE_HEADER_BYTES));
  }

  #check(flag: number, length: number): void {
    if (flag !== PACKET_FLAG && flag !== END_FLAG) throw protocolBreach(`an envelope has the unknown flag ${flag}`);
    if (length > this.#maxBytes) throw limitBreach(`a packet of ${length} bytes; ${this.#maxBytes} are allowed`);
  }

  #fill(payload: Buffer, chunk: Buffer): Buffer {
    const taken = chunk.copy(payload, this.#filled);
    this.#filled += taken;
    if (this.#filled < payload.length) return empty;
    this.#payload = undefined;
    this.#handle(this.#flag, payload);
    return chunk.subarray(taken);
  }
}
