/**
 * Clients for generated services. They differ from Connect's in one promise: a reader that stops early (`break`, or
 * `return()` on the iterator) cancels the call. Connect's own streams would stay open, unread, until a signal aborts.
 */
import type { DescMethodStreaming, DescMethodUnary, DescService, Message } from '@bufbuild/protobuf';
import { type CallOptions, type Client, makeAnyClient, type StreamResponse, type Transport } from '@connectrpc/connect';
import type { Answers } from './guard.ts';
import { type Init, onlyMessage } from './messages.ts';
import { canceled } from './status.ts';

/**
 * What our own transports offer beside Connect's interface: the answers of a call with one request, without the
 * promises that headers would need. It costs a third of `stream`.
 */
export interface DirectTransport extends Transport {
  /** Begins at once and never throws: what is wrong with the call, `next()` says. `return()` cancels it. */
  serverStream(method: DescMethodStreaming, request: Init, options: CallOptions | undefined): Answers;
}

/** A client of `service`. */
export function createClient<S extends DescService>(service: S, transport: Transport): Client<S> {
  return makeAnyClient(service, (method) => clientMethod(transport, method)) as Client<S>;
}

function clientMethod(transport: Transport, method: DescMethodUnary | DescMethodStreaming) {
  switch (method.methodKind) {
    case 'unary':
      return (request: Init, options?: CallOptions) => callUnary(transport, method, request, options);
    case 'server_streaming':
      return (request: Init, options?: CallOptions) => callServerStream(transport, method, request, options);
    case 'client_streaming':
      return (requests: AsyncIterable<Init>, options?: CallOptions) =>
        onlyMessage(readAnswers(transport, method, requests, options));
    case 'bidi_streaming':
      return (requests: AsyncIterable<Init>, options?: CallOptions) =>
        readAnswers(transport, method, requests, options);
  }
}

async function callUnary(transport: Transport, method: DescMethodUnary, request: Init, options?: CallOptions) {
  const { signal, timeoutMs, headers, contextValues } = options ?? {};
  const response = await transport.unary(method, signal, timeoutMs, headers, request, contextValues);
  options?.onHeader?.(response.header);
  options?.onTrailer?.(response.trailer);
  return response.message;
}

function callServerStream(
  transport: Transport,
  method: DescMethodStreaming,
  request: Init,
  options?: CallOptions,
): Answers {
  const readsHeaders = options?.onHeader !== undefined || options?.onTrailer !== undefined;
  if (isDirect(transport) && !readsHeaders) return transport.serverStream(method, request, options);
  return readAnswers(transport, method, single(request), options);
}

function isDirect(transport: Transport): transport is DirectTransport {
  return 'serverStream' in transport;
}

function readAnswers(
  transport: Transport,
  method: DescMethodStreaming,
  requests: AsyncIterable<Init>,
  options?: CallOptions,
): Answers {
  const { signal, timeoutMs, headers, contextValues } = options ?? {};
  const stop = new AbortController();
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const response = transport.stream(method, either, timeoutMs, headers, requests, contextValues);
  return new ResponseReader(response, stop, options);
}

/** A stream of one request, without the cost of a generator. */
function single(request: Init): AsyncIterable<Init> {
  let done = false;
  const end = (): Promise<IteratorResult<Init>> => {
    done = true;
    return Promise.resolve({ done: true, value: undefined });
  };
  const next = (): Promise<IteratorResult<Init>> => {
    if (done) return end();
    done = true;
    return Promise.resolve({ done: false, value: request });
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: end, throw: (error) => Promise.reject(error) }) };
}

/** The answers of a call. Read them once. */
class ResponseReader implements AsyncIterableIterator<Message> {
  readonly #response: Promise<StreamResponse>;
  readonly #stop: AbortController;
  readonly #options: CallOptions | undefined;
  #answers: AsyncIterator<Message> | undefined;
  #resolved: StreamResponse | undefined;

  constructor(response: Promise<StreamResponse>, stop: AbortController, options: CallOptions | undefined) {
    this.#response = response;
    this.#stop = stop;
    this.#options = options;
    // A call that nobody reads may fail without taking the process down; a reader still gets the error.
    response.catch(() => undefined);
  }

  next(): Promise<IteratorResult<Message>> {
    if (this.#answers && this.#options?.onTrailer === undefined) return this.#answers.next();
    return this.#openAndNext();
  }

  async #openAndNext(): Promise<IteratorResult<Message>> {
    this.#answers ??= await this.#open();
    const result = await this.#answers.next();
    if (result.done && this.#resolved) this.#options?.onTrailer?.(this.#resolved.trailer);
    return result;
  }

  async return(): Promise<IteratorResult<Message>> {
    // The answers' own `return` would not do: Connect's ignore it over HTTP, and there are none before the first.
    this.#stop.abort(canceled('the caller stopped reading'));
    await this.#answers?.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #open(): Promise<AsyncIterator<Message>> {
    const response = await this.#response;
    this.#resolved = response;
    this.#options?.onHeader?.(response.header);
    return response.message[Symbol.asyncIterator]();
  }
}
