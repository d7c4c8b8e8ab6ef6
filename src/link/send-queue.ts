import { type Credit, SendCredit } from './credit.ts';
import type { EndFrame, MessageFrame } from './frame/frame.ts';
import { FRAGMENT_BYTES } from './limits.ts';

/** Bytes of messages that wait in all streams of a link. */
export interface Backlog {
  bytes: number;
}

/** What stands with the last fragment of an item: nothing, the end of the caller's half, or the end of the call. */
export type Last = undefined | 'halfClose' | EndFrame;

/** What stands in an Open. */
export interface First {
  readonly data: Uint8Array;
  readonly more: boolean;
  readonly halfClose: boolean;
}

interface Item {
  readonly data: Uint8Array | undefined;
  readonly last: Last;
  offset: number;
  begun: boolean;
  sent: PromiseWithResolvers<void> | undefined;
}

/** What one stream has to send, in order, as far as its credit goes. */
export class SendQueue {
  readonly #streamId: number;
  readonly #credit: SendCredit;
  readonly #backlog: Backlog;
  readonly #items: Item[] = [];

  constructor(streamId: number, initial: Credit, backlog: Backlog) {
    this.#streamId = streamId;
    this.#credit = new SendCredit(initial);
    this.#backlog = backlog;
  }

  /** What may still be sent. */
  get credit(): Credit {
    return this.#credit;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  grant(more: Credit): void {
    this.#credit.grant(more);
  }

  push(data: Uint8Array | undefined, last: Last): void {
    this.#items.push({ data, last, offset: 0, begun: false, sent: undefined });
    this.#backlog.bytes += data?.length ?? 0;
  }

  /** Resolves when everything that waits now has left, or will never leave; nothing to wait for: `undefined`. */
  flushed(): Promise<void> | undefined {
    const item = this.#items.at(-1);
    if (!item) return undefined;
    item.sent ??= Promise.withResolvers();
    return item.sent.promise;
  }

  /** Whether `next` has something to send. */
  get isReady(): boolean {
    const item = this.#items[0];
    if (!item) return false;
    if (item.data === undefined) return true;
    if (!item.begun && this.#credit.messages === 0) return false;
    return this.#credit.bytes > 0 || item.data.length === item.offset;
  }

  /** Whether a message may leave whole and at once: nothing waits before it, and there is credit. Takes the credit. */
  takeWhole({ length }: Uint8Array): boolean {
    const credit = this.#credit;
    if (this.#items.length > 0 || length > FRAGMENT_BYTES) return false;
    if (credit.messages === 0 || length > credit.bytes) return false;
    credit.messages--;
    credit.bytes -= length;
    return true;
  }

  /** How many bytes of the first message may go into an Open; undefined if there is none, or no credit. */
  takeFirst(): First | undefined {
    const item = this.#items[0];
    if (item?.data === undefined || !this.isReady) return undefined;
    const data = this.#take(item, item.data);
    const more = item.offset < item.data.length;
    if (!more) this.#shift();
    return { data, more, halfClose: !more && item.last === 'halfClose' };
  }

  /** The next frame. Only when `isReady`. */
  next(): MessageFrame | EndFrame | undefined {
    const item = this.#items[0];
    if (!item) return undefined;
    const data = item.data && this.#take(item, item.data);
    const more = item.data !== undefined && item.offset < item.data.length;
    if (!more) this.#shift();
    if (!more && typeof item.last === 'object') {
      item.last.data = data;
      return item.last;
    }
    return {
      kind: 'message',
      streamId: this.#streamId,
      data,
      more,
      halfClose: !more && item.last === 'halfClose',
    };
  }

  #take(item: Item, data: Uint8Array): Uint8Array {
    const length = Math.min(data.length - item.offset, FRAGMENT_BYTES, this.#credit.bytes);
    if (!item.begun) this.#credit.messages--;
    item.begun = true;
    this.#credit.bytes -= length;
    this.#backlog.bytes -= length;
    const fragment = length === data.length ? data : data.subarray(item.offset, item.offset + length);
    item.offset += length;
    return fragment;
  }

  #shift(): void {
    this.#items.shift()?.sent?.resolve();
  }

  /** Nothing of this will be sent. Whoever waits is let go: how the call ended is told elsewhere. */
  clear(): void {
    for (const item of this.#items.splice(0)) {
      this.#backlog.bytes -= (item.data?.length ?? 0) - item.offset;
      item.sent?.resolve();
    }
  }
}
