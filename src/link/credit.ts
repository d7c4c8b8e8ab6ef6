/** Flow control of one stream, one way: how many messages and how many bytes of messages may still be sent. */
import { protocolBreach } from './breach.ts';
import type { CreditFrame } from './frame/frame.ts';
import { MAX_CREDIT } from './limits.ts';

/** Messages and bytes. */
export interface Credit {
  readonly messages: number;
  readonly bytes: number;
}

/** What this side may still send. */
export class SendCredit {
  messages: number;
  bytes: number;

  constructor(initial: Credit) {
    this.messages = Math.min(initial.messages, MAX_CREDIT);
    this.bytes = Math.min(initial.bytes, MAX_CREDIT);
  }

  /** The receiver grants more. Throws a `Breach` for a sum that no honest receiver grants. */
  grant(more: Credit): void {
    this.messages += more.messages;
    this.bytes += more.bytes;
    if (this.messages > MAX_CREDIT || this.bytes > MAX_CREDIT)
      throw protocolBreach('credits add up to more than 2^31-1');
  }
}

/**
 * What the other side may still send, and what it gets back. Credit goes back in lumps of half of what was there at
 * first: a stream of small messages costs one Credit frame for every 16.
 */
export class ReceiveCredit {
  readonly #initial: Credit;
  messages: number;
  bytes: number;
  #owedMessages = 0;
  #owedBytes = 0;

  constructor(initial: Credit) {
    this.#initial = initial;
    this.messages = initial.messages;
    this.bytes = initial.bytes;
  }

  /** A message begins. Throws a `Breach` if there was no credit for it. */
  takeMessage(): void {
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
    const { messages, bytes } = this.#initial;
    if (this.#owedMessages * 2 < messages && this.#owedBytes * 2 < bytes) return undefined;
    const frame: CreditFrame = { kind: 'credit', streamId, messages: this.#owedMessages, bytes: this.#owedBytes };
    this.messages += this.#owedMessages;
    this.bytes += this.#owedBytes;
    this.#owedMessages = 0;
    this.#owedBytes = 0;
    return frame;
  }
}
