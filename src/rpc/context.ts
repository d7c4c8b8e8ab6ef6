/**
 * What a handler sees of a call that did not come by HTTP. Headers, signal and values are made when first read: most
 * handlers read none of them, and together they would cost more than the rest of the call.
 */
import type { DescMethod, DescService } from '@bufbuild/protobuf';
import type { ContextValues, HandlerContext } from '@connectrpc/connect';
import { Cancellation } from '../base/cancellation.ts';
import { methodUrl } from './method-url.ts';
import { type Principal, principalValues } from './principal.ts';

/** Why the signal of a call that ended well is aborted. One for all: an error with a stack costs more than a call. */
const CALL_OVER = new DOMException('the call has ended', 'AbortError');

export interface CallInit {
  readonly method: DescMethod;
  readonly principal: Principal;
  /** "link" or "local". */
  readonly protocolName: string;
  readonly timeoutMs: number | undefined;
  /** Called at most once, when the handler reads its request headers. */
  readonly header: (() => Headers) | undefined;
}

/** Read its properties one by one: they are getters, which a spread would not copy. */
export class CallContext implements HandlerContext {
  readonly requestMethod = 'POST';
  readonly #call: CallInit;
  readonly #deadlineMs: number | undefined;
  /** Of the handler; canceled, too, when the call has ended. */
  readonly cancellation = new Cancellation();
  #requestHeader: Headers | undefined;
  #responseHeader: Headers | undefined;
  #responseTrailer: Headers | undefined;
  #values: ContextValues | undefined;

  constructor(call: CallInit) {
    this.#call = call;
    this.#deadlineMs = call.timeoutMs === undefined ? undefined : performance.now() + call.timeoutMs;
  }

  get method(): DescMethod {
    return this.#call.method;
  }

  get service(): DescService {
    return this.#call.method.parent;
  }

  get protocolName(): string {
    return this.#call.protocolName;
  }

  get url(): string {
    return methodUrl(this.#call.method);
  }

  get values(): ContextValues {
    this.#values ??= principalValues(this.#call.principal);
    return this.#values;
  }

  get signal(): AbortSignal {
    return this.cancellation.signal;
  }

  get requestHeader(): Headers {
    this.#requestHeader ??= this.#call.header?.() ?? new Headers();
    return this.#requestHeader;
  }

  get responseHeader(): Headers {
    this.#responseHeader ??= new Headers();
    return this.#responseHeader;
  }

  get responseTrailer(): Headers {
    this.#responseTrailer ??= new Headers();
    return this.#responseTrailer;
  }

  /** The response headers, if the handler has touched them. */
  get responseHeaderIfAny(): Headers | undefined {
    return this.#responseHeader;
  }

  /** The trailers, if the handler has touched them. */
  get responseTrailerIfAny(): Headers | undefined {
    return this.#responseTrailer;
  }

  timeoutMs = (): number | undefined =>
    this.#deadlineMs === undefined ? undefined : this.#deadlineMs - performance.now();

  /** Aborts the handler's signal; the first reason stays. Without a reason: the call is over. */
  abort(reason: unknown = CALL_OVER): void {
    this.cancellation.cancel(reason);
  }
}

/** What tells a handler that nobody wants its answer any more, or that it has been given: cheaper than its signal. */
export function cancellationOf(context: HandlerContext): Cancellation {
  if (context instanceof CallContext) return context.cancellation;
  const cancellation = new Cancellation();
  const { signal } = context;
  if (signal.aborted) cancellation.cancel(signal.reason);
  else signal.addEventListener('abort', () => cancellation.cancel(signal.reason), { once: true });
  return cancellation;
}
