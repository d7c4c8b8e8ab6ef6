/** Flow control of one stream, one way: how many messages and how many bytes of messages may still be sent. */
import { protocolBreach } from './breach.ts';
import type { CreditFrame } from './frame/frame.ts';
import { MAX_CREDIT, WINDOW_GROWTH } from './limits.ts';

/** Messages and bytes. */
export interface Credit {
  readonly messages: number;
  readonly bytes: number;
}

/** What this side may still send. */
export class SendCredit {
  messages: number;
  bytes: number;

  /** Throws a `Breach` as `grant` does. */
  constructor(initial: Credit) {
    checkCredit(initial);
    this.messages = initial.messages;
    this.bytes = initial.bytes;
  }

  /** The receiver grants more. Throws a `Breach` for a sum that no honest receiver grants. */
  grant(more: Credit): void {
    this.messages += more.messages;
    this.bytes += more.bytes;
    checkCredit(this);
  }
}

/** Throws a `Breach` for more than fits in a signed 32-bit integer. */
export function checkCredit({ messages, bytes }: Credit): void {
  if (messages > MAX_CREDIT || bytes > MAX_CREDIT) throw protocolBreach('credits add up to more than 2^31-1');
}

/**
 * What the other side may still send, and what it gets back. Credit goes back in lumps of half of the window: a stream
 * of small messages costs one Credit frame for every 16 at first. Where the reader waits for a sender that waits for
 * credit, the window of messages grows: else the round trip would decide how fast a stream is.
 */
export class ReceiveCredit {
  readonly #initial: Credit;
  messages: number;
  bytes: number;
  #owedMessages = 0;
  #owedBytes = 0;
  /** Messages that may be on their way or unread. */
  #window: number;
  /** The sender had used its credit up when it got more. */
  #ranDry = false;
  /** And then a message came to a reader that had read all others. */
  #isStarved = false;

  constructor(initial: Credit) {
    this.#initial = initial;
    this.#window = initial.messages;
    this.messages = initial.messages;
    this.bytes = initial.bytes;
  }

  /** A message begins; `isAwaited`: all before it were read. Throws a `Breach` if there was no credit for it. */
  takeMessage(isAwaited: boolean): void {
    if (isAwaited && this.#ranDry) this.#isStarved = true;
    if (--this.messages < 0) throw protocolBreach('a stream sent more messages than its credit');
  }

  /** Throws a `Breach` if there was no credit for so many bytes. */
  takeBytes(bytes: number): void {
    this.bytes -= bytes;
    if (this.bytes < 0) throw protocolBreach('a stream sent more bytes than its credit');
  }

  owe(messages: number, bytes: number): void {
    this.#owedMessages += messages;
    this.#owedBytes += bytes;
  }

  /** The Credit frame that is due, if one is. */
  due(streamId: number): CreditFrame | undefined {
    if (this.#owedMessages * 2 < this.#window && this.#owedBytes * 2 < this.#initial.bytes) return undefined;
    if (this.messages === 0) this.#ranDry = true;
    const messages = this.#owedMessages + this.#growth();
    const frame: CreditFrame = { kind: 'credit', streamId, messages, bytes: this.#owedBytes };
    this.messages += messages;
    this.bytes += this.#owedBytes;
    this.#owedMessages = 0;
    this.#owedBytes = 0;
    return frame;
  }

  /** By how much the window grows now. */
  #growth(): number {
    if (!this.#isStarved) return 0;
    const before = this.#window;
    this.#window = Math.min(2 * before, WINDOW_GROWTH * this.#initial.messages);
    this.#ranDry = false;
    this.#isStarved = false;
    return this.#window - before;
  }
}
