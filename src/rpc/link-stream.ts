import type { DescMethodStreaming, Message } from '@bufbuild/protobuf';
import { ConnectError } from '@connectrpc/connect';
import type { Metadata, OutgoingStream } from '../link/link.ts';
import { LinkAnswers } from './link-answers.ts';
import type { LinkCallOptions, LinkSource } from './link-call.ts';
import { encodeMessage } from './link-encode.ts';
import { sendMessage } from './message-room.ts';
import { letGo, missingMessage } from './messages.ts';

/** The caller's end of a streaming call over a link, with the requests that it sends. */
export class LinkStreamCall extends LinkAnswers {
  readonly #requests: AsyncIterator<Message>;
  readonly #ready = Promise.withResolvers<void>();
  #isReady = false;

  constructor(call: LinkCallOptions, method: DescMethodStreaming, requests: AsyncIterator<Message>) {
    super(call, method);
    this.#requests = requests;
  }

  /** Begins, and waits for the first word of the other side; then the response headers are known. */
  async start(source: LinkSource): Promise<void> {
    if (this.method.methodKind === 'server_streaming') {
      const { done, value } = await this.#requests.next();
      if (done) throw missingMessage();
      this.open(source, { data: encodeMessage(this.method.input, value), halfClose: true });
    } else {
      this.open(source, {});
    }
    return this.#ready.promise;
  }

  override onHeaders(metadata: readonly Metadata[]): void {
    super.onHeaders(metadata);
    this.#heard();
  }

  override onMessage(data: Uint8Array): void {
    super.onMessage(data);
    if (!this.#isReady) this.#heard();
  }

  #heard(): void {
    this.#isReady = true;
    this.#ready.resolve();
  }

  protected override opened(stream: OutgoingStream): void {
    if (this.method.methodKind !== 'server_streaming') void this.#sendRequests(stream);
  }

  protected override ended(error: ConnectError | undefined, gaveUp: boolean): void {
    super.ended(error, gaveUp);
    if (error) this.#ready.reject(error);
    else this.#ready.resolve();
    letGo(this.#requests);
  }

  async #sendRequests(stream: OutgoingStream): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#requests.next();
        if (this.over) return;
        if (done) break;
        const sent = sendMessage(stream, this.method.input, value);
        if (sent) await sent;
      }
      stream.halfClose();
    } catch (error) {
      this.giveUp(ConnectError.from(error));
    }
  }
}
