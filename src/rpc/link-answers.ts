import type { DescMethodStreaming, Message } from '@bufbuild/protobuf';
import { ConnectError } from '@connectrpc/connect';
import { AsyncQueue } from '../base/async-queue.ts';
import type { Answers } from './guard.ts';
import { LinkCall, type LinkCallOptions, type LinkSource } from './link-call.ts';
import { decodeMessage } from './link-decode.ts';
import { encodeMessage } from './link-encode.ts';
import { malformedAnswer } from './link-unary.ts';
import { asMessage, type Init } from './messages.ts';
import { canceled } from './status.ts';

/**
 * The answers of a call over a link, read as an iterator. The credit of a message is given back when it is read: a
 * reader that stops stops its writer, and what waits here is bounded by the credit.
 */
export class LinkAnswers extends LinkCall implements Answers {
  protected readonly method: DescMethodStreaming;
  readonly #arrived = new AsyncQueue<Uint8Array>();
  #gaveUp: ConnectError | undefined;

  constructor(call: LinkCallOptions, method: DescMethodStreaming) {
    super(call);
    this.method = method;
  }

  /** Begins a call with one request. */
  begin(source: LinkSource, request: Init): void {
    try {
      const data = encodeMessage(this.method.input, asMessage(this.method.input, request));
      this.open(source, { data, halfClose: true });
    } catch (error) {
      this.giveUp(ConnectError.from(error));
    }
  }

  /** What is there is handed over without a wait: in a fast stream, that is nearly everything. */
  next(): Promise<IteratorResult<Message>> {
    if (this.#gaveUp) return Promise.reject(this.#gaveUp);
    const data = this.#arrived.takeNow();
    if (data === undefined) return this.#wait();
    try {
      return Promise.resolve(this.#taken(data));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async #wait(): Promise<IteratorResult<Message>> {
    const { done, value } = await this.#arrived.next();
    return done ? { done, value: undefined } : this.#taken(value);
  }

  #taken(data: Uint8Array): IteratorResult<Message> {
    if (!this.over) this.stream?.consumed(data.length);
    return { done: false, value: this.#decode(data) };
  }

  return(): Promise<IteratorResult<Message>> {
    if (!this.over) this.giveUp(canceled('the caller stopped reading'));
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  onMessage(data: Uint8Array): void {
    this.#arrived.push(data);
  }

  protected override ended(error: ConnectError | undefined, gaveUp: boolean): void {
    if (gaveUp) this.#gaveUp = error;
    if (error) this.#arrived.fail(error);
    else this.#arrived.end();
  }

  #decode(data: Uint8Array): Message {
    try {
      return decodeMessage(this.method.output, data);
    } catch (cause) {
      const error = malformedAnswer(this.method.output, cause);
      this.giveUp(error);
      throw error;
    }
  }
}
