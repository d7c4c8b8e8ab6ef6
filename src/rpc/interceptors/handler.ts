/**
 * Runs Connect interceptors around a handler. Connect would do it for HTTP only; done here, they see every door alike.
 */
import type { DescMethodStreaming, DescMethodUnary, Message } from '@bufbuild/protobuf';
import type {
  HandlerContext,
  Interceptor,
  MethodImplSpec,
  StreamRequest,
  StreamResponse,
  UnaryRequest,
  UnaryResponse,
} from '@connectrpc/connect';
import type { Answers } from '../guard.ts';
import { asMessage, type Init, mapStream, once, onlyMessage } from '../messages.ts';
import { chain, type Next } from './chain.ts';
import { HandlerRequest, HandlerResponse } from './lazy.ts';

/** The handler with interceptors around it; the handler itself if there are none. */
export function interceptHandler(spec: MethodImplSpec, interceptors: readonly Interceptor[]): MethodImplSpec {
  if (interceptors.length === 0) return spec;
  const stream = (messages: AsyncIterable<Message>, context: HandlerContext) =>
    runStream(spec, interceptors, messages, context);
  switch (spec.kind) {
    case 'unary':
      return {
        ...spec,
        impl: (request: Message, context: HandlerContext) => runUnary(spec, interceptors, request, context),
      };
    case 'server_streaming':
      return { ...spec, impl: (request: Message, context: HandlerContext) => stream(once(request), context) };
    case 'client_streaming':
      return {
        ...spec,
        impl: (requests: AsyncIterable<Message>, context: HandlerContext) => onlyMessage(stream(requests, context)),
      };
    case 'bidi_streaming':
      return { ...spec, impl: stream };
  }
}

async function runUnary(
  spec: Extract<MethodImplSpec, { kind: 'unary' }>,
  interceptors: readonly Interceptor[],
  message: Message,
  context: HandlerContext,
): Promise<Message> {
  const { method } = spec;
  const request = new HandlerRequest(method, message, context);
  const last: Next = async (call) => {
    if (call.stream) throw new TypeError('an interceptor turned a unary call into a stream');
    const seen = call === request ? context : new InterceptedContext(context, call);
    return new HandlerResponse(method, asMessage(method.output, await spec.impl(call.message, seen)), context);
  };
  const response = await chain(interceptors, last, request)(request);
  if (!(response instanceof HandlerResponse)) {
    copyHeaders(response.header ?? context.responseHeader, context.responseHeader);
    copyHeaders(response.trailer ?? context.responseTrailer, context.responseTrailer);
  }
  return (response as UnaryResponse).message;
}

function runStream(
  spec: MethodImplSpec,
  interceptors: readonly Interceptor[],
  messages: AsyncIterable<Message>,
  context: HandlerContext,
): Answers {
  return new InterceptedAnswers(spec, interceptors, messages, context);
}

/** The answers of a handler with interceptors around it. Where none of them touches the answers, they cost nothing. */
class InterceptedAnswers implements Answers {
  readonly #context: HandlerContext;
  readonly #open: () => Promise<AsyncIterator<Message>>;
  #answers: AsyncIterator<Message> | undefined;
  #opening: Promise<AsyncIterator<Message>> | undefined;
  #trailer: Headers | undefined;

  constructor(
    spec: MethodImplSpec,
    interceptors: readonly Interceptor[],
    messages: AsyncIterable<Message>,
    context: HandlerContext,
  ) {
    this.#context = context;
    this.#open = async () => {
      const method = spec.method as DescMethodStreaming;
      let untouched: { readonly response: StreamResponse; readonly answers: AsyncIterable<Init> } | undefined;
      const last: Next = async (call) => {
        const answers = await answer(spec, (call as StreamRequest).message, new InterceptedContext(context, call));
        const whole = () => mapStream(answers, (item) => asMessage(method.output, item));
        const message = { [Symbol.asyncIterator]: whole };
        untouched = { answers, response: { ...responseParts(context), stream: true, method, message } };
        return untouched.response;
      };
      const request = { ...requestParts(context), stream: true, method, message: messages } as const;
      const response = (await chain(interceptors, last, request)(request)) as StreamResponse;
      copyHeaders(response.header, context.responseHeader);
      this.#trailer = response.trailer;
      const isUntouched = untouched?.response === response;
      return (isUntouched && untouched ? untouched.answers : response.message)[
        Symbol.asyncIterator
      ]() as AsyncIterator<Message>;
    };
  }

  async next(): Promise<IteratorResult<Message>> {
    if (this.#answers === undefined) {
      this.#opening ??= this.#open();
      this.#answers = await this.#opening;
    }
    const result = await this.#answers.next();
    if (result.done && this.#trailer) copyHeaders(this.#trailer, this.#context.responseTrailer);
    return result;
  }

  async return(): Promise<IteratorResult<Message>> {
    await this.#answers?.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

async function answer(spec: MethodImplSpec, messages: AsyncIterable<Message>, context: HandlerContext) {
  switch (spec.kind) {
    case 'unary':
      return once(spec.impl(await onlyMessage(messages), context));
    case 'server_streaming':
      return spec.impl(await onlyMessage(messages), context);
    case 'client_streaming':
      return once(spec.impl(messages, context));
    case 'bidi_streaming':
      return spec.impl(messages, context);
  }
}

function requestParts(context: HandlerContext) {
  const { service, requestMethod, url, signal, requestHeader, values } = context;
  return { service, requestMethod, url, signal, header: requestHeader, contextValues: values };
}

function responseParts(context: HandlerContext) {
  return { service: context.service, header: context.responseHeader, trailer: context.responseTrailer };
}

/** Interceptors usually change headers in place; where one returns others, those count. */
function copyHeaders(from: Headers, to: Headers): void {
  if (from === to) return;
  for (const name of [...to.keys()]) to.delete(name);
  for (const [name, value] of from) to.append(name, value);
}

/** The context of a call as the interceptors passed it on. */
class InterceptedContext implements HandlerContext {
  readonly #inner: HandlerContext;
  readonly signal: AbortSignal;
  readonly requestHeader: Headers;
  readonly values: HandlerContext['values'];

  constructor(inner: HandlerContext, call: UnaryRequest | StreamRequest) {
    this.#inner = inner;
    this.signal = call.signal;
    this.requestHeader = call.header;
    this.values = call.contextValues;
  }

  get method(): DescMethodUnary | DescMethodStreaming {
    return this.#inner.method as DescMethodUnary | DescMethodStreaming;
  }
  get service() {
    return this.#inner.service;
  }
  get requestMethod(): string {
    return this.#inner.requestMethod;
  }
  get responseHeader(): Headers {
    return this.#inner.responseHeader;
  }
  get responseTrailer(): Headers {
    return this.#inner.responseTrailer;
  }
  get protocolName(): string {
    return this.#inner.protocolName;
  }
  get url(): string {
    return this.#inner.url;
  }
  timeoutMs = (): number | undefined => this.#inner.timeoutMs();
}
