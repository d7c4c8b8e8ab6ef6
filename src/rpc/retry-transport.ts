/**
 * Calls again what a lost link cut off, where that cannot do harm: methods that the schema marks NO_SIDE_EFFECTS or
 * IDEMPOTENT, and streams of answers only until the first answer. A unary call is made again, whatever its method, if
 * its link took no more calls and so nothing was sent. What a request id makes repeatable is its service's to ask again
 * (`callPeer`): only there is it known what an answer that was lost means.
 */
import type {
  DescMessage,
  DescMethodStreaming,
  DescMethodUnary,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import type { CallOptions, ContextValues, StreamResponse, Transport, UnaryResponse } from '@connectrpc/connect';
import type { DirectTransport } from './client.ts';
import type { Answers } from './guard.ts';
import { type Init, once } from './messages.ts';
import type { HeaderInit } from './metadata.ts';
import { LazyStreamResponse } from './responses.ts';
import { RetriedAnswers } from './retried-answers.ts';
import { mayRepeat, Retries } from './retries.ts';

/** A transport that repeats what may be repeated. Each attempt gets what is left of the deadline. */
export function retryTransport(transport: Transport): Transport {
  return 'serverStream' in transport
    ? new DirectRetryTransport(transport as DirectTransport)
    : new RetryTransport(transport);
}

class RetryTransport implements Transport {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeaderInit,
    input: MessageInitShape<I>,
    values?: ContextValues,
  ): Promise<UnaryResponse<I, O>> {
    const retries = new Retries(method, signal, timeoutMs);
    return retries.run((leftMs) => this.#transport.unary(method, signal, leftMs, header, input, values));
  }

  async stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodStreaming<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeaderInit,
    input: AsyncIterable<MessageInitShape<I>>,
    values?: ContextValues,
  ): Promise<StreamResponse<I, O>> {
    if (method.methodKind !== 'server_streaming' || !mayRepeat(method)) {
      return this.#transport.stream(method, signal, timeoutMs, header, input, values);
    }
    const { done, value: request } = await input[Symbol.asyncIterator]().next();
    let response: StreamResponse<I, O> | undefined;
    const answers = new RetriedAnswers(new Retries(method, signal, timeoutMs), async (leftMs) => {
      const requests = done ? input : once(request);
      response = await this.#transport.stream(method, signal, leftMs, header, requests, values);
      return response.message[Symbol.asyncIterator]();
    });
    await answers.open();
    return new LazyStreamResponse(method, answers as AsyncIterableIterator<MessageShape<O>>, {
      get responseHeader() {
        return response?.header ?? new Headers();
      },
      get responseTrailer() {
        return response?.trailer ?? new Headers();
      },
    });
  }
}

/** The same over a transport that has a shorter way for calls with one request. */
class DirectRetryTransport extends RetryTransport implements DirectTransport {
  readonly #transport: DirectTransport;

  constructor(transport: DirectTransport) {
    super(transport);
    this.#transport = transport;
  }

  serverStream(method: DescMethodStreaming, request: Init, options: CallOptions | undefined): Answers {
    const first = this.#transport.serverStream(method, request, options);
    if (!mayRepeat(method)) return first;
    const { timeoutMs: _, ...rest } = options ?? {};
    const again = async (leftMs: number | undefined) =>
      this.#transport.serverStream(method, request, leftMs === undefined ? rest : { ...rest, timeoutMs: leftMs });
    return new RetriedAnswers(new Retries(method, options?.signal, options?.timeoutMs), again, first);
  }
}
