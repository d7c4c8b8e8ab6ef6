import { type DescMethodStreaming, fromBinary, type Message, toBinary } from '@bufbuild/protobuf';
import { ConnectError } from '@connectrpc/connect';
import { AsyncQueue } from '../base/async-queue.ts';
import type { Metadata, OutgoingStream } from '../link/link.ts';
import type { Answers } from './guard.ts';
import { type CallOptions, LinkCall, type LinkSource } from './link-call.ts';
import { malformedAnswer } from './link-unary.ts';
import { letGo, missingMessage } from './messages.ts';
import { canceled } from './status.ts';

/**
 * The caller's end of a streaming call over a link, read as an iterator. The credit of a message is given back when it
 * is read: a reader that stops stops its writer, and what waits here is bounded by the credit.
 */
export class LinkStreamCall extends LinkCall implements Answers {
  readonly #method: DescMethodStreaming;
  readonly #requests: AsyncIterator<Message>;
  readonly #arrived = new AsyncQueue<Uint8Array>();
  readonly #ready = Promise.withResolvers<void>();
  #gaveUp: ConnectError | undefined;

  constructor(call: CallOptions, method: DescMethodStreaming, requests: AsyncIterator<Message>) {
    super(call);
    this.#method = method;
    this.#requests = requests;
  }

  /** Begins, and waits for the first word of the other side; then the response headers are known. */
  async start(source: LinkSource): Promise<void> {
    if (this.#method.methodKind === 'server_streaming') {
      const { done, value } = await this.#requests.next();
      if (done) throw missingMessage();
      this.open(source, { data: toBinary(this.#method.input, value), halfClose: true });
    } else {
      this.open(source, {});
    }
    return this.#ready.promise;
  }

  async next(): Promise<IteratorResult<Message>> {
    if (this.#gaveUp) throw this.#gaveUp;
    const { done, value } = await this.#arrived.next();
    if (done) return { done, value: undefined };
    if (!this.over) this.stream?.consumed(value.length);
    return { done: false, value: this.#decode(value) };
  }

  return(): Promise<IteratorResult<Message>> {
    this.giveUp(canceled('the caller stopped reading'));
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  override onHeaders(metadata: readonly Metadata[]): void {
    super.onHeaders(metadata);
    this.#ready.resolve();
  }

  onMessage(data: Uint8Array): void {
    this.#arrived.push(data);
    this.#ready.resolve();
  }

  protected override opened(stream: OutgoingStream): void {
    if (this.#method.methodKind !== 'server_streaming') void this.#sendRequests(stream);
  }

  protected override ended(error: ConnectError | undefined, gaveUp: boolean): void {
    if (gaveUp) this.#gaveUp = error;
    if (error) {
      this.#ready.reject(error);
      this.#arrived.fail(error);
    } else {
      this.#ready.resolve();
      this.#arrived.end();
    }
    letGo(this.#requests);
  }

  #decode(data: Uint8Array): Message {
    try {
      return fromBinary(this.#method.output, data);
    } catch (cause) {
      const error = malformedAnswer(this.#method.output, cause);
      this.giveUp(error);
      throw error;
    }
  }

  async #sendRequests(stream: OutgoingStream): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#requests.next();
        if (this.over) return;
        if (done) break;
        const sent = stream.send(toBinary(this.#method.input, value));
        if (sent) await sent;
      }
      stream.halfClose();
    } catch (error) {
      this.giveUp(ConnectError.from(error));
    }
  }
}
