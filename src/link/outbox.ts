import { ENVELOPE_HEADER_BYTES, PACKET_FLAG, writeEnvelopeHeader } from './envelope.ts';
import { packedSize, packFrame } from './frame/encode.ts';
import type { Frame } from './frame/frame.ts';
import { bodySize } from './frame/size.ts';
import { Writer } from './frame/writer.ts';
import { PACKET_BYTES, PACKET_SEND_BYTES } from './limits.ts';
import { giveBuffer, SMALL_BUFFER_BYTES, takeBuffer } from './packet-buffers.ts';

const nothing = Buffer.alloc(0);

/** A packet that is not taken for so long stands behind others: else the system takes it at once, though nobody reads it. */
const WAITED_MS = 100;

/** Called when a packet has left, or with why it never will. */
export type Taken = (error?: Error | null) => void;

export interface OutboxParts {
  /** Hands a packet to the carrier; `taken` is called when the carrier is done with it, or has failed. */
  readonly write: (packet: Buffer, taken: Taken) => void;
  /** There may be room for messages that wait. */
  readonly onRoom: () => void;
  /** A packet that had to wait was taken: bytes before it have reached the other side. */
  readonly onMoved: () => void;
  /** Above this, messages wait in their streams. */
  readonly carrierBytes: number;
}

/** Collects the frames of one turn of the event loop into one packet. Has a buffer only while there is something in it. */
export class Outbox {
  readonly #parts: OutboxParts;
  #writer = new Writer(nothing, ENVELOPE_HEADER_BYTES);
  /** Where the packet under way starts in the buffer: at its envelope. */
  #start = 0;
  #scheduled = false;
  #closed = false;
  #inCarrier = 0;
  sentBytes = 0;
  sentFrames = 0;
  sentPackets = 0;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Bytes that the carrier has not taken yet. */
  get unsentBytes(): number {
    return this.#inCarrier + this.#packetBytes;
  }

  get hasRoom(): boolean {
    return this.unsentBytes < this.#parts.carrierBytes;
  }

  get #packetBytes(): number {
    return this.#writer.position - this.#start - ENVELOPE_HEADER_BYTES;
  }

  /** Adds a frame to the packet of this turn. Ignored after `close`. */
  add(frame: Frame): void {
    if (this.#closed) return;
    const body = bodySize(frame);
    const size = packedSize(frame, body);
    if (this.#packetBytes + size > PACKET_BYTES) this.flush();
    this.#makeRoom(size);
    packFrame(this.#writer, frame, body);
    this.sentFrames++;
    if (this.#packetBytes >= PACKET_SEND_BYTES) this.flush();
    else this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#onTurn);
  }

  readonly #onTurn = (): void => {
    this.#scheduled = false;
    this.flush();
  };

  /** Sends what there is now. */
  flush(): void {
    const length = this.#packetBytes;
    if (length === 0 || this.#closed) return;
    const { buffer, position } = this.#writer;
    writeEnvelopeHeader(buffer, this.#start, PACKET_FLAG, length);
    const packet = buffer.subarray(this.#start, position);
    const isLast = this.#begin(buffer, position);
    this.#inCarrier += length;
    this.sentBytes += length;
    this.sentPackets++;
    const writtenMs = performance.now();
    this.#parts.write(packet, (error) => {
      if (!error && performance.now() - writtenMs > WAITED_MS) this.#parts.onMoved();
      this.#taken(length, error);
      // After a failure, somebody below may still read the buffer: it must not carry the words of another link.
      if (isLast && !error) giveBuffer(buffer);
    });
  }

  /**
   * The next small packet starts behind the last one, while the buffer lasts; behind a large one, in a new buffer.
   * Answers whether the last one was the last in its buffer: when that one is taken, all are.
   */
  #begin(buffer: Buffer, position: number): boolean {
    this.#start = position;
    this.#writer.position = position + ENVELOPE_HEADER_BYTES;
    const isLast = buffer.length !== SMALL_BUFFER_BYTES || this.#writer.position >= SMALL_BUFFER_BYTES;
    if (isLast) this.#renew(nothing, 0);
    return isLast;
  }

  #makeRoom(size: number): void {
    const { buffer, position } = this.#writer;
    if (position + size <= buffer.length) return;
    const written = position - this.#start;
    const holdsOthers = this.#start > 0;
    this.#renew(takeBuffer(written + size), written);
    if (!holdsOthers) giveBuffer(buffer);
  }

  /** A new buffer, with what is written of the packet under way. */
  #renew(fresh: Buffer, written: number): void {
    this.#writer.buffer.copy(fresh, 0, this.#start, this.#start + written);
    this.#writer = new Writer(fresh, Math.max(written, ENVELOPE_HEADER_BYTES));
    this.#start = 0;
  }

  #taken(length: number, error: Error | null | undefined): void {
    this.#inCarrier -= length;
    if (!error && this.unsentBytes === 0) this.#letGo();
    if (!this.#closed && this.hasRoom) this.#parts.onRoom();
  }

  /** Nothing is under way, and nothing waits to be. */
  #letGo(): void {
    const { buffer } = this.#writer;
    this.#renew(nothing, 0);
    giveBuffer(buffer);
  }

  /** Nothing more is sent. */
  close(): void {
    this.#closed = true;
  }
}
