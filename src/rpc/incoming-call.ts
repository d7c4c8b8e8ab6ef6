import type { DescMessage, Message } from '@bufbuild/protobuf';
import { Code, type ConnectError } from '@connectrpc/connect';
import { AsyncQueue } from '../base/async-queue.ts';
import type { IncomingStream, StreamEvents, StreamStatus } from '../link/link.ts';
import { CallContext } from './context.ts';
import { failure, fromLocal } from './failure.ts';
import type { Answers } from './guard.ts';
import { deadlineExceeded, startDeadline } from './interceptors/deadline.ts';
import { decodeMessage } from './link-decode.ts';
import { encodeMessage } from './link-encode.ts';
import { sendMessage } from './message-room.ts';
import { extraMessage, letGo, mapStream, missingMessage } from './messages.ts';
import { toHeaders, toMetadata } from './metadata.ts';
import type { Principal } from './principal.ts';
import type { MethodEntry } from './registry.ts';
import { abortReasonOf, errorStatus, okStatus } from './status.ts';

/**
 * The handler's side of one call over a link. It ends once: by the handler's answer or error, by its deadline, or
 * because the caller or the link is gone.
 */
export class IncomingCall implements StreamEvents {
  readonly #stream: IncomingStream;
  readonly #entry: MethodEntry;
  readonly #context: CallContext;
  #requests: AsyncQueue<Uint8Array> | undefined;
  #answers: Answers | undefined;
  #clearDeadline: (() => void) | undefined;
  #begun = false;
  #headersSent = false;
  #over = false;

  constructor(stream: IncomingStream, entry: MethodEntry, principal: Principal) {
    const { metadata, timeoutMs } = stream;
    this.#stream = stream;
    this.#entry = entry;
    this.#context = new CallContext({
      method: entry.method,
      principal,
      protocolName: 'link',
      timeoutMs,
      header: metadata.length === 0 ? undefined : () => toHeaders(metadata),
    });
  }

  /** Refuses the call before it sends more, or begins it. */
  start(): void {
    const { timeoutMs } = this.#stream;
    if (timeoutMs !== undefined) this.#clearDeadline = startDeadline(timeoutMs, () => this.#fail(deadlineExceeded()));
    try {
      this.#entry.admit(this.#context);
      this.#startIfRequestsStream();
    } catch (error) {
      this.#fail(error);
    }
  }

  onMessage(data: Uint8Array): void {
    if (this.#over) return;
    if (this.#requests) this.#requests.push(data);
    else if (this.#begun) this.#fail(extraMessage());
    else this.#begin(data);
  }

  onHalfClose(): void {
    if (this.#requests) this.#requests.end();
    else if (!this.#begun) this.#fail(missingMessage());
  }

  onEnd(status: StreamStatus): void {
    this.#finish(abortReasonOf(status));
  }

  #startIfRequestsStream(): void {
    const { impl, method } = this.#entry;
    if (impl.kind === 'unary' || impl.kind === 'server_streaming') return;
    this.#requests = new AsyncQueue();
    const requests = mapStream(this.#requests, (data) => {
      if (!this.#over) this.#stream.consumed(data.length);
      return decode(method.input, data);
    });
    if (impl.kind === 'client_streaming') this.#sendOne(impl.call(requests, this.#context));
    else void this.#sendAll(impl.call(requests, this.#context));
  }

  #begin(data: Uint8Array): void {
    this.#begun = true;
    const { impl, method } = this.#entry;
    try {
      const request = decode(method.input, data);
      if (impl.kind === 'unary') this.#sendOne(impl.call(request, this.#context));
      else if (impl.kind === 'server_streaming') void this.#sendAll(impl.call(request, this.#context));
    } catch (error) {
      this.#fail(error);
    }
  }

  #sendOne(answer: Promise<Message>): void {
    answer
      .then((message) => {
        if (!this.#over) this.#succeed(encodeMessage(this.#entry.method.output, message));
      })
      .catch((error: unknown) => this.#fail(error));
  }

  async #sendAll(answers: Answers): Promise<void> {
    this.#answers = answers;
    try {
      for (;;) {
        const { done, value } = await answers.next();
        if (this.#over) return;
        if (done) break;
        this.#sendHeaders();
        const sent = sendMessage(this.#stream, this.#entry.method.output, value);
        if (sent) await sent;
      }
      this.#succeed();
    } catch (error) {
      this.#fail(error);
    }
  }

  #sendHeaders(): void {
    if (this.#headersSent) return;
    this.#headersSent = true;
    const headers = this.#context.responseHeaderIfAny;
    const metadata = headers ? toMetadata(headers) : [];
    if (metadata.length > 0) this.#stream.sendHeaders(metadata);
  }

  #succeed(last?: Uint8Array): void {
    const status = okStatus(this.#context.responseTrailerIfAny);
    this.#sendHeaders();
    this.#stream.end(status, last);
    this.#finish();
  }

  #fail(thrown: unknown): void {
    if (this.#over) return;
    const error = fromLocal(thrown, { MESSAGE_TOO_LARGE: Code.ResourceExhausted });
    this.#stream.end(errorStatus(error, this.#context.responseTrailerIfAny));
    this.#finish(error);
  }

  /** Without a reason, the call ended well. */
  #finish(reason?: ConnectError): void {
    if (this.#over) return;
    this.#over = true;
    this.#clearDeadline?.();
    this.#context.abort(reason);
    if (reason === undefined) return;
    this.#requests?.fail(reason);
    if (this.#answers) letGo(this.#answers);
  }
}

function decode(schema: DescMessage, data: Uint8Array): Message {
  try {
    return decodeMessage(schema, data);
  } catch (cause) {
    throw failure(Code.InvalidArgument, 'MALFORMED_MESSAGE', `the request is not a ${schema.typeName}`, {
      cause,
      permanent: true,
    });
  }
}
