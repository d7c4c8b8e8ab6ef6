/** What a transport gives a client, with headers made only if they are read. */
import type { DescMessage, DescMethodStreaming, DescMethodUnary, DescService, MessageShape } from '@bufbuild/protobuf';
import type { StreamResponse, UnaryResponse } from '@connectrpc/connect';

/** Where a response's headers and trailers come from. */
export interface HeaderSource {
  readonly responseHeader: Headers;
  readonly responseTrailer: Headers;
}

export class LazyUnaryResponse<I extends DescMessage, O extends DescMessage> implements UnaryResponse<I, O> {
  readonly stream = false;
  readonly method: DescMethodUnary<I, O>;
  readonly message: MessageShape<O>;
  readonly #source: HeaderSource;

  constructor(method: DescMethodUnary<I, O>, message: MessageShape<O>, source: HeaderSource) {
    this.method = method;
    this.message = message;
    this.#source = source;
  }

  get service(): DescService {
    return this.method.parent;
  }

  get header(): Headers {
    return this.#source.responseHeader;
  }

  get trailer(): Headers {
    return this.#source.responseTrailer;
  }
}

export class LazyStreamResponse<I extends DescMessage, O extends DescMessage> implements StreamResponse<I, O> {
  readonly stream = true;
  readonly method: DescMethodStreaming<I, O>;
  readonly message: AsyncIterableIterator<MessageShape<O>>;
  readonly #source: HeaderSource;

  constructor(
    method: DescMethodStreaming<I, O>,
    message: AsyncIterableIterator<MessageShape<O>>,
    source: HeaderSource,
  ) {
    this.method = method;
    this.message = message;
    this.#source = source;
  }

  get service(): DescService {
    return this.method.parent;
  }

  get header(): Headers {
    return this.#source.responseHeader;
  }

  /** Complete when the stream has ended. */
  get trailer(): Headers {
    return this.#source.responseTrailer;
  }
}
