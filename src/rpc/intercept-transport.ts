/** Client interceptors for any transport. */
import type {
  DescMessage,
  DescMethod,
  DescMethodStreaming,
  DescMethodUnary,
  Message,
  MessageInitShape,
} from '@bufbuild/protobuf';
import {
  type ContextValues,
  createContextValues,
  type Interceptor,
  type StreamRequest,
  type StreamResponse,
  type Transport,
  type UnaryRequest,
  type UnaryResponse,
} from '@connectrpc/connect';
import { chain } from './interceptors/chain.ts';
import { ClientRequest } from './interceptors/lazy.ts';
import { asMessage, mapStream } from './messages.ts';
import type { HeaderInit } from './metadata.ts';
import { methodUrl } from './method-url.ts';

/** A transport with client interceptors around it; the transport itself if there are none. */
export function interceptTransport(transport: Transport, interceptors: readonly Interceptor[] = []): Transport {
  return interceptors.length === 0 ? transport : new InterceptedTransport(transport, interceptors);
}

class InterceptedTransport implements Transport {
  readonly #transport: Transport;
  readonly #interceptors: readonly Interceptor[];

  constructor(transport: Transport, interceptors: readonly Interceptor[]) {
    this.#transport = transport;
    this.#interceptors = interceptors;
  }

  async unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeaderInit,
    input: MessageInitShape<I>,
    contextValues?: ContextValues,
  ): Promise<UnaryResponse<I, O>> {
    const message: Message = asMessage<DescMessage>(method.input, input);
    const call = new ClientRequest(method, message, signal, header, contextValues);
    return (await this.#run(call, timeoutMs)) as UnaryResponse<I, O>;
  }

  async stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodStreaming<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeaderInit,
    input: AsyncIterable<MessageInitShape<I>>,
    contextValues?: ContextValues,
  ): Promise<StreamResponse<I, O>> {
    const message = mapStream(input, (item): Message => asMessage<DescMessage>(method.input, item));
    const call: StreamRequest = {
      ...requestParts(method, signal, header, contextValues),
      stream: true,
      method,
      message,
    };
    return (await this.#run(call, timeoutMs)) as StreamResponse<I, O>;
  }

  #run(first: UnaryRequest | StreamRequest, timeoutMs: number | undefined): Promise<UnaryResponse | StreamResponse> {
    const deadlineMs = timeoutMs === undefined ? undefined : performance.now() + timeoutMs;
    // What the interceptors spend counts: the transport gets what is left of the deadline.
    const left = () => (deadlineMs === undefined ? undefined : deadlineMs - performance.now());
    const last = (call: UnaryRequest | StreamRequest): Promise<UnaryResponse | StreamResponse> => {
      const { signal, header, contextValues } = call instanceof ClientRequest ? call.given() : call;
      return call.stream
        ? this.#transport.stream(call.method, signal, left(), header, call.message, contextValues)
        : this.#transport.unary(call.method, signal, left(), header, call.message, contextValues);
    };
    return chain(this.#interceptors, last, first)(first);
  }
}

function requestParts(
  method: DescMethod,
  signal: AbortSignal | undefined,
  header: HeaderInit,
  contextValues: ContextValues | undefined,
) {
  return {
    service: method.parent,
    requestMethod: 'POST',
    url: methodUrl(method),
    signal: signal ?? new AbortController().signal,
    header: new Headers(header),
    contextValues: contextValues ?? createContextValues(),
  };
}
