/** Connect's envelopes: one flag byte, a length of four bytes, the payload. Pure: bytes in, payloads out. */
import { limitBreach, protocolBreach } from './breach.ts';

export const ENVELOPE_HEADER_BYTES = 5;

/** A packet, not compressed. */
export const PACKET_FLAG = 0x00;

/** The end of a response: JSON, with an `error` if the call failed. */
export const END_FLAG = 0x02;

/** Writes the header of an envelope at `offset`. */
export function writeEnvelopeHeader(buffer: Buffer, offset: number, flag: number, length: number): void {
  buffer[offset] = flag;
  buffer.writeUInt32BE(length, offset + 1);
}

/** A whole envelope. */
export function envelopeOf(flag: number, payload: Uint8Array): Buffer {
  const envelope = Buffer.allocUnsafe(ENVELOPE_HEADER_BYTES + payload.length);
  writeEnvelopeHeader(envelope, 0, flag, payload.length);
  envelope.set(payload, ENVELOPE_HEADER_BYTES);
  return envelope;
}

/** Takes envelopes out of chunks that are cut anywhere. */
export class EnvelopeReader {
  readonly #handle: (flag: number, payload: Buffer) => void;
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #size = 0;
  /** How much must be there before it is worth a look. */
  #needed = ENVELOPE_HEADER_BYTES;

  constructor(handle: (flag: number, payload: Buffer) => void, maxBytes: number) {
    this.#handle = handle;
    this.#maxBytes = maxBytes;
  }

  /** Whether no envelope has begun. */
  get isBetween(): boolean {
    return this.#size === 0;
  }

  /** Throws a `Breach` for an envelope that is too large, compressed, or of a kind that nobody knows. */
  push(chunk: Buffer): void {
    this.#pieces.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#needed) return;
    const bytes = this.#pieces.length === 1 ? chunk : Buffer.concat(this.#pieces);
    let offset = 0;
    for (;;) {
      const length = this.#lengthAt(bytes, offset);
      this.#needed = ENVELOPE_HEADER_BYTES + (length ?? 0);
      if (length === undefined || bytes.length - offset < this.#needed) break;
      const start = offset + ENVELOPE_HEADER_BYTES;
      offset += this.#needed;
      this.#handle(bytes[start - ENVELOPE_HEADER_BYTES] ?? 0, bytes.subarray(start, offset));
    }
    this.#size = bytes.length - offset;
    this.#pieces = this.#size === 0 ? [] : [bytes.subarray(offset)];
  }

  /** The length that the header at `offset` says; nothing if the header is not there yet. */
  #lengthAt(bytes: Buffer, offset: number): number | undefined {
    if (bytes.length - offset < ENVELOPE_HEADER_BYTES) return undefined;
    const flag = bytes[offset];
    if (flag !== PACKET_FLAG && flag !== END_FLAG)
      throw protocolBreach('a packet is compressed, or of an unknown kind');
    const length = bytes.readUInt32BE(offset + 1);
    if (length > this.#maxBytes) throw limitBreach(`a packet of ${length} bytes`);
    return length;
  }
}
