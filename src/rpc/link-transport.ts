/** Calls services at the other end of a link, as a Connect transport: generated clients work unchanged. */
import type {
  DescMessage,
  DescMethod,
  DescMethodStreaming,
  DescMethodUnary,
  Message,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import type { CallOptions, Interceptor, StreamResponse, Transport, UnaryResponse } from '@connectrpc/connect';
import type { DirectTransport } from './client.ts';
import type { Answers } from './guard.ts';
import { interceptTransport } from './intercept-transport.ts';
import { LinkAnswers } from './link-answers.ts';
import type { LinkCallOptions, LinkSource } from './link-call.ts';
import { encodeMessage } from './link-encode.ts';
import { LinkStreamCall } from './link-stream.ts';
import { LinkUnary } from './link-unary.ts';
import { asMessage, type Init, mapStream } from './messages.ts';
import type { HeaderInit } from './metadata.ts';
import { methodName } from './registry.ts';
import { LazyStreamResponse, LazyUnaryResponse } from './responses.ts';

export interface LinkTransportOptions {
  /** Client interceptors. */
  readonly interceptors?: readonly Interceptor[];
}

/**
 * A transport over a link, or over the link that `source` gives for each call (dialing if it must; the call's deadline
 * and signal count meanwhile). A lost link fails its calls with `unavailable`, reason LINK_LOST, and nothing is
 * retried here: whether a call may run twice is the caller's to know.
 */
export function createLinkTransport(source: LinkSource, options: LinkTransportOptions = {}): Transport {
  return interceptTransport(new LinkTransport(source), options.interceptors);
}

class LinkTransport implements DirectTransport {
  readonly #source: LinkSource;

  constructor(source: LinkSource) {
    this.#source = source;
  }

  async unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeaderInit,
    input: MessageInitShape<I>,
  ): Promise<UnaryResponse<I, O>> {
    const data = encodeMessage(method.input, asMessage(method.input, input));
    const call = new LinkUnary(callOptions(method, signal, timeoutMs, header), method.output);
    call.open(this.#source, { data, halfClose: true });
    return new LazyUnaryResponse(method, await call.answer, call);
  }

  async stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodStreaming<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeaderInit,
    input: AsyncIterable<MessageInitShape<I>>,
  ): Promise<StreamResponse<I, O>> {
    const requests = mapStream(input, (item): Message => asMessage(method.input, item));
    const call = new LinkStreamCall(callOptions(method, signal, timeoutMs, header), method, requests);
    await call.start(this.#source);
    return new LazyStreamResponse(method, call as AsyncIterableIterator<MessageShape<O>>, call);
  }

  serverStream(method: DescMethodStreaming, request: Init, options: CallOptions | undefined): Answers {
    const { signal, timeoutMs, headers } = options ?? {};
    const answers = new LinkAnswers(callOptions(method, signal, timeoutMs, headers), method);
    answers.begin(this.#source, request);
    return answers;
  }
}

function callOptions(
  method: DescMethod,
  signal: AbortSignal | undefined,
  timeoutMs: number | undefined,
  header: HeaderInit,
): LinkCallOptions {
  return { method: methodName(method), signal, timeoutMs, header };
}
