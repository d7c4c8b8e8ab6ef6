import type { Duplex } from 'node:stream';
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import { messageOf, systemCodeOf } from '../base/errors.ts';
import { Breach, protocolBreach } from './breach.ts';
import { END_FLAG, EnvelopeReader, envelopeOf } from './envelope.ts';
import { PACKET_BYTES } from './limits.ts';
import type { Taken } from './outbox.ts';

/** Who is told what arrives. First the handshake, then the session. */
export interface ChannelReceiver {
  /** Answers whether something of the packet is kept; if not, its bytes will be written over. May throw a `Breach`. */
  onPacket(packet: Buffer): boolean;
  /** The other side broke the protocol, here or in a packet. */
  onBreach(breach: Breach): void;
  /** Nothing more comes. `end` is the JSON of the end-stream envelope, if one came. Called once. */
  onEnd(why: string, end: Buffer | undefined): void;
  /** Something has arrived, a whole packet or not. */
  onBytes?(): void;
}

/** Packets each way over one HTTP/2 stream. */
export class Channel {
  readonly #stream: Duplex;
  /** The end of a response is an envelope; the end of a request is not. */
  readonly #endsWithEnvelope: boolean;
  readonly #reader: EnvelopeReader;
  #end: Buffer | undefined;
  #isOver = false;
  receiver: ChannelReceiver | undefined;
  receivedBytes = 0;

  constructor(stream: Duplex, side: 'dialer' | 'acceptor') {
    this.#stream = stream;
    this.#endsWithEnvelope = side === 'acceptor';
    this.#reader = new EnvelopeReader((flag, payload) => this.#take(flag, payload), PACKET_BYTES);
    stream.on('data', (chunk: Buffer) => this.#read(chunk));
    stream.once('end', () => this.#over('the other side closed the stream'));
    stream.once('close', () => this.#over('the carrier was lost'));
    stream.on('error', (error: unknown) => this.#over(`the carrier failed: ${whyFailed(error)}`));
  }

  /** Sends a packet with its envelope; `taken` is called when there is room again, or never will be. */
  write(packet: Buffer, taken: Taken): void {
    if (this.#stream.writable) this.#stream.write(packet, taken);
  }

  /** Closes this side; what was written still leaves. `end` is the JSON that ends a response. */
  finish(end: Uint8Array = Buffer.from('{}')): void {
    if (!this.#stream.writable) return;
    if (this.#endsWithEnvelope) this.#stream.end(envelopeOf(END_FLAG, end));
    else this.#stream.end();
  }

  #read(chunk: Buffer): void {
    if (this.#isOver) return;
    this.receivedBytes += chunk.length;
    this.receiver?.onBytes?.();
    try {
      this.#reader.push(chunk);
    } catch (error) {
      this.#isOver = true;
      this.receiver?.onBreach(error instanceof Breach ? error : internal(error));
    }
  }

  #take(flag: number, payload: Buffer): boolean {
    if (this.#end || this.#isOver) return false;
    if (flag !== END_FLAG) return this.receiver?.onPacket(payload) ?? true;
    if (this.#endsWithEnvelope) throw protocolBreach('a request ended with an envelope');
    this.#end = payload;
    return true;
  }

  #over(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.receiver?.onEnd(this.#end ? why : this.#whyCut(why), this.#end);
  }

  #whyCut(why: string): string {
    return this.#reader.isBetween ? why : `${why} in the middle of a packet`;
  }
}

/** A TLS record whose seal is broken: no accident of a network does that. */
const altered: ReadonlySet<string | undefined> = new Set([
  'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
  // The same, found by the other side, which says so in an alert.
  'ERR_SSL_SSL/TLS_ALERT_BAD_RECORD_MAC',
]);

function whyFailed(error: unknown): string {
  return altered.has(systemCodeOf(error)) ? 'its bytes were altered on the way' : messageOf(error);
}

function internal(error: unknown): Breach {
  return new Breach(CloseReason.INTERNAL, `a fault in this node: ${messageOf(error)}`);
}
