/** One end of a call in the model: what it sent, what it got, and what it may expect. */
import { expect } from 'vitest';
import { WINDOW_GROWTH } from '../../../src/link/limits.ts';
import type { IncomingStream, OutgoingStream, StreamEvents, StreamStatus } from '../../../src/link/link.ts';

/** Small windows, so that a few messages meet them. Messages larger than the window travel in fragments. */
export const modelLimits = { creditMessages: 4, creditBytes: 3_000, messageBytes: 10_000, streams: 5 } as const;

/** What `end` and `cancel` of the other side must look like here. */
export type Expected = Pick<StreamStatus, 'code' | 'lost'>;

export class CallEnd<S extends OutgoingStream | IncomingStream> implements StreamEvents {
  readonly name: string;
  readonly isCaller: boolean;
  readonly stream: () => S;
  readonly sent: Uint8Array[] = [];
  readonly received: Uint8Array[] = [];
  consumed = 0;
  /** Nothing more is sent from here. */
  hasClosed = false;
  sawHalfClose = false;
  status: StreamStatus | undefined;
  /** This end gave the call up: it hears nothing more. */
  isDeaf = false;

  constructor(name: string, isCaller: boolean, stream: () => S) {
    this.name = name;
    this.isCaller = isCaller;
    this.stream = stream;
  }

  onMessage(data: Uint8Array): void {
    this.#hears('a message');
    expect(this.sawHalfClose, `${this.name}: a message after the half was closed`).toBe(false);
    this.received.push(Uint8Array.from(data));
  }

  onHalfClose(): void {
    this.#hears('half-close');
    expect(this.isCaller || this.sawHalfClose, `${this.name}: half-close twice`).toBe(false);
    this.sawHalfClose = true;
  }

  onEnd(status: StreamStatus): void {
    this.#hears('the end');
    this.status = status;
  }

  #hears(what: string): void {
    expect(this.isDeaf, `${this.name} heard ${what} after it gave up`).toBe(false);
    expect(this.status, `${this.name} heard ${what} after the end`).toBeUndefined();
  }

  /** A message that no other is equal to. */
  next(size: number): Uint8Array {
    const data = new Uint8Array(size);
    for (let index = 0; index < size; index++) data[index] = this.sent.length * 31 + index * 7;
    this.sent.push(data);
    return data;
  }

  consumeOne(): void {
    const message = this.received[this.consumed];
    if (!message) return;
    this.consumed++;
    this.stream().consumed(message.length);
  }

  get waiting(): readonly Uint8Array[] {
    return this.received.slice(this.consumed);
  }

  /** The window of messages doubles where the reader had read all: at most once for each half of a window read. */
  get #largestWindow(): number {
    let window: number = modelLimits.creditMessages;
    for (let read = this.consumed; read * 2 >= window; read -= window / 2) window *= 2;
    return Math.min(window, WINDOW_GROWTH * modelLimits.creditMessages);
  }

  /** What must hold whenever nothing is on the way any more, given the end that sends to this one. */
  checkAgainst(sender: { readonly sent: readonly Uint8Array[] }, mustHaveAll: boolean): void {
    const { creditMessages, creditBytes } = modelLimits;
    expect(this.received.length, `${this.name}: messages that nobody sent`).toBeLessThanOrEqual(sender.sent.length);
    for (const [index, message] of this.received.entries()) {
      const same = Buffer.compare(message, sender.sent[index] ?? new Uint8Array(0)) === 0;
      expect(same, `${this.name}: message ${index} differs`).toBe(true);
    }
    const waitingBytes = bytesOf(this.waiting);
    expect(this.waiting.length, `${this.name}: more messages than credit`).toBeLessThanOrEqual(this.#largestWindow);
    // Only the first may have come beyond the window: nothing else waited while it came.
    expect(bytesOf(this.waiting.slice(1)), `${this.name}: more bytes than credit`).toBeLessThanOrEqual(creditBytes);
    if (!mustHaveAll) return;
    const missing = sender.sent[this.received.length];
    if (!missing) return;
    const fits = this.waiting.length * 2 < creditMessages && (waitingBytes + missing.length) * 2 < creditBytes;
    expect(fits || this.waiting.length === 0, `${this.name}: a message did not come though there was room`).toBe(false);
  }
}

function bytesOf(messages: readonly Uint8Array[]): number {
  return messages.reduce((sum, { length }) => sum + length, 0);
}
