/**
 * Clients for generated services. They differ from Connect's in one promise: a reader that stops early (`break`, or
 * `return()` on the iterator) cancels the call. Connect's own streams would stay open, unread, until a signal aborts.
 */
import type { DescMethodStreaming, DescMethodUnary, DescService, Message } from '@bufbuild/protobuf';
import { type CallOptions, type Client, makeAnyClient, type StreamResponse, type Transport } from '@connectrpc/connect';
import type { Answers } from './guard.ts';
import { type Init, onlyMessage } from './messages.ts';

/**
 * What our own transports offer beside Connect's interface: the answers of a call with one request, without the
 * promises that headers would need. It costs a third of `stream`.
 */
export interface DirectTransport extends Transport {
  /** Begins at once and never throws: what is wrong with the call, `next()` says. `return()` cancels it. */
  serverStream(method: DescMethodStreaming, request: Init, options: CallOptions | undefined): Answers;
}

/** A client of `service`. For transports over HTTP see `cancelOnReturn`. */
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
        onlyMessage(new ResponseReader(openStream(transport, method, requests, options), options));
    case 'bidi_streaming':
      return (requests: AsyncIterable<Init>, options?: CallOptions) =>
        new ResponseReader(openStream(transport, method, requests, options), options);
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
  return new ResponseReader(openStream(transport, method, single(request), options), options);
}

function isDirect(transport: Transport): transport is DirectTransport {
  return 'serverStream' in transport;
}

function openStream(
  transport: Transport,
  method: DescMethodStreaming,
  requests: AsyncIterable<Init>,
  options?: CallOptions,
): Promise<StreamResponse> {
  const { signal, timeoutMs, headers, contextValues } = options ?? {};
  return transport.stream(method, signal, timeoutMs, headers, requests, contextValues);
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
  readonly #options: CallOptions | undefined;
  #answers: AsyncIterator<Message> | undefined;
  #resolved: StreamResponse | undefined;

  constructor(response: Promise<StreamResponse>, options: CallOptions | undefined) {
    this.#response = response;
    this.#options = options;
    // A call that nobody reads may fail without taking the process down; a reader still gets the error.
    response.catch(() => undefined);
  }

  async next(): Promise<IteratorResult<Message>> {
    this.#answers ??= await this.#open();
    const result = await this.#answers.next();
    if (result.done && this.#resolved) this.#options?.onTrailer?.(this.#resolved.trailer);
    return result;
  }

  async return(): Promise<IteratorResult<Message>> {
    this.#answers ??= await this.#open();
    await this.#answers.return?.();
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
