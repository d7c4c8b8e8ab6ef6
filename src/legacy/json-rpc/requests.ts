/** The values that a caller sends into a stream, until the method reads them. */
import type { DescMessage, Message } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { AsyncQueue } from '../../base/async-queue.ts';
import { failure } from '../../rpc/failure.ts';
import { REQUEST_WINDOW } from './limits.ts';
import { readMessage } from './messages.ts';

export interface RequestOptions {
  readonly schema: DescMessage;
  /** The first message, if the call brought it. */
  readonly first: Message | undefined;
  /** Tells the caller that it may send so many more. */
  readonly grant: (count: number) => void;
  /** Told of characters that arrive (positive) and are read (negative). */
  readonly account: (chars: number) => void;
}

/** Grants come for half a window at a time: one notification for many values, and the caller need not wait for it. */
const GRANT = REQUEST_WINDOW / 2;

export class Requests implements AsyncIterableIterator<Message> {
  readonly #options: RequestOptions;
  readonly #texts = new AsyncQueue<string>();
  #first: Message | undefined;
  #window = REQUEST_WINDOW;
  #read = 0;
  #unreadChars = 0;

  constructor(options: RequestOptions) {
    this.#options = options;
    this.#first = options.first;
  }

  /** Throws `CREDIT_EXCEEDED` at a caller that sends more than was granted. */
  push(text: string): void {
    if (this.#texts.ended) return;
    if (--this.#window < 0) {
      throw failure(Code.ResourceExhausted, 'CREDIT_EXCEEDED', 'the caller sent more values than it was granted', {
        help: 'wait for rpc.credit before you send more',
        permanent: true,
      });
    }
    this.#account(text.length);
    this.#texts.push(text);
  }

  /** The caller sends nothing more. */
  end(): void {
    this.#texts.end();
  }

  async next(): Promise<IteratorResult<Message>> {
    const first = this.#first;
    this.#first = undefined;
    if (first !== undefined) return { done: false, value: first };
    const { done, value } = await this.#texts.next();
    if (done) return { done: true, value: undefined };
    this.#account(-value.length);
    this.#grantMore();
    return { done: false, value: readMessage(this.#options.schema, value) };
  }

  /** Nobody reads any more; what was not read is forgotten. */
  async return(): Promise<IteratorResult<Message>> {
    await this.#texts.return();
    this.#account(-this.#unreadChars);
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #account(chars: number): void {
    this.#unreadChars += chars;
    this.#options.account(chars);
  }

  #grantMore(): void {
    if (++this.#read < GRANT || this.#texts.ended) return;
    this.#window += this.#read;
    this.#options.grant(this.#read);
    this.#read = 0;
  }
}
