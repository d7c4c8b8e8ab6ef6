import { Assembler } from './assembler.ts';
import { type Credit, ReceiveCredit } from './credit.ts';
import type { CreditFrame } from './frame/frame.ts';
import { FRAGMENT_BYTES } from './limits.ts';

/** A message of a peer grew beyond the limit: its call ends with `resource_exhausted`, the link goes on. */
export class MessageTooLong extends Error {
  override readonly name = 'MessageTooLong';
}

/**
 * What arrives on one stream: puts messages together and gives credit back.
 *
 * A message larger than the window could never arrive if its bytes came back only when it is consumed. So while
 * nothing else waits to be consumed, bytes of the message under way come back at once: an advance, up to the limit of
 * a message. What a stream holds is then bounded by its window and one largest message.
 */
export class Inbox {
  readonly #credit: ReceiveCredit;
  readonly #maxBytes: number;
  #assembler: Assembler | undefined;
  /** Messages handed to the owner and not consumed. */
  #waiting = 0;
  /** Bytes already given back of the message that is consumed next. */
  #advanced = 0;

  constructor(initial: Credit, maxBytes: number) {
    this.#credit = new ReceiveCredit(initial);
    this.#maxBytes = maxBytes;
  }

  /** What the other side may still send. */
  get credit(): Credit {
    return this.#credit;
  }

  /** Whether a message has begun and not ended. */
  get isInMessage(): boolean {
    return this.#assembler?.isOpen === true;
  }

  /** Takes a fragment; returns the message if it is whole. Throws `Breach` or `MessageTooLong`. */
  take(data: Uint8Array, more: boolean): Uint8Array | undefined {
    if (!this.isInMessage) this.#credit.takeMessage(this.#waiting === 0);
    this.#credit.takeBytes(data.length);
    if ((this.#assembler?.length ?? 0) + data.length > this.#maxBytes) throw new MessageTooLong();
    if (more) {
      this.#assembler ??= new Assembler();
      this.#assembler.add(data);
      this.#advance();
      return undefined;
    }
    const message = this.#assembler?.finish(data) ?? data;
    return this.#waiting++ === 0 ? message : ownBytes(message);
  }

  /** The owner has taken the oldest waiting message, of so many bytes. */
  consumed(bytes: number): void {
    if (this.#waiting === 0) return;
    this.#waiting--;
    this.#credit.owe(1, bytes - Math.min(bytes, this.#advanced));
    this.#advanced = 0;
    this.#advance();
  }

  #advance(): void {
    if (this.#waiting > 0 || !this.#assembler) return;
    this.#credit.owe(0, this.#assembler.length - this.#advanced);
    this.#advanced = this.#assembler.length;
  }

  /** The Credit frame that is due, if one is. */
  due(streamId: number): CreditFrame | undefined {
    return this.#credit.due(streamId);
  }
}

/**
 * A view keeps its whole packet. One that has to wait may hold a fragment's worth, as if it were that large; of a larger
 * packet it gets a copy.
 */
function ownBytes(message: Uint8Array): Uint8Array {
  const { byteLength } = message.buffer;
  if (byteLength <= FRAGMENT_BYTES || byteLength <= 2 * message.length) return message;
  const copy = Buffer.from(message);
  return new Uint8Array(copy.buffer, copy.byteOffset, copy.length);
}
