/**
 * What interceptors see of a unary call, with headers, signal and values made when they are first read: most interceptors
 * read none of them, and together they cost more than the call. Classes, because V8 makes object literals with getters
 * slowly.
 */
import type { DescMethodUnary, DescService, Message } from '@bufbuild/protobuf';
import {
  type ContextValues,
  createContextValues,
  type HandlerContext,
  type UnaryRequest,
  type UnaryResponse,
} from '@connectrpc/connect';
import type { HeaderInit } from '../metadata.ts';
import { methodUrl } from '../method-url.ts';

/** A call that a client makes. */
export class ClientRequest implements UnaryRequest {
  readonly stream = false;
  readonly requestMethod = 'POST';
  readonly method: DescMethodUnary;
  readonly message: Message;
  #signal: AbortSignal | undefined;
  #contextValues: ContextValues | undefined;
  readonly #headerInit: HeaderInit;
  #header: Headers | undefined;

  constructor(
    method: DescMethodUnary,
    message: Message,
    signal: AbortSignal | undefined,
    header: HeaderInit,
    contextValues: ContextValues | undefined,
  ) {
    this.method = method;
    this.message = message;
    this.#signal = signal;
    this.#headerInit = header;
    this.#contextValues = contextValues;
  }

  get service(): DescService {
    return this.method.parent;
  }

  get url(): string {
    return methodUrl(this.method);
  }

  get signal(): AbortSignal {
    this.#signal ??= new AbortController().signal;
    return this.#signal;
  }

  get header(): Headers {
    this.#header ??= new Headers(this.#headerInit);
    return this.#header;
  }

  get contextValues(): ContextValues {
    this.#contextValues ??= createContextValues();
    return this.#contextValues;
  }

  /** What was given or has been made: nothing is made for the transport alone. */
  given(): { signal: AbortSignal | undefined; header: HeaderInit; contextValues: ContextValues | undefined } {
    return { signal: this.#signal, header: this.#header ?? this.#headerInit, contextValues: this.#contextValues };
  }
}

/** A call that a handler serves. */
export class HandlerRequest implements UnaryRequest {
  readonly stream = false;
  readonly method: DescMethodUnary;
  readonly message: Message;
  readonly #context: HandlerContext;

  constructor(method: DescMethodUnary, message: Message, context: HandlerContext) {
    this.method = method;
    this.message = message;
    this.#context = context;
  }

  get service(): DescService {
    return this.#context.service;
  }

  get requestMethod(): string {
    return this.#context.requestMethod;
  }

  get url(): string {
    return this.#context.url;
  }

  get signal(): AbortSignal {
    return this.#context.signal;
  }

  get header(): Headers {
    return this.#context.requestHeader;
  }

  get contextValues(): ContextValues {
    return this.#context.values;
  }
}

/** A handler's answer. */
export class HandlerResponse implements UnaryResponse {
  readonly stream = false;
  readonly method: DescMethodUnary;
  readonly message: Message;
  readonly #context: HandlerContext;

  constructor(method: DescMethodUnary, message: Message, context: HandlerContext) {
    this.method = method;
    this.message = message;
    this.#context = context;
  }

  get service(): DescService {
    return this.#context.service;
  }

  get header(): Headers {
    return this.#context.responseHeader;
  }

  get trailer(): Headers {
    return this.#context.responseTrailer;
  }
}
