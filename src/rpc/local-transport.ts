/**
 * Calls services of the same process. Messages are handed over as they are, not copied: whoever gives one away must
 * not change it any more.
 */
import type {
  DescMessage,
  DescMethod,
  DescMethodStreaming,
  DescMethodUnary,
  Message,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import type {
  CallOptions,
  ConnectError,
  Interceptor,
  StreamResponse,
  Transport,
  UnaryResponse,
} from '@connectrpc/connect';
import { watchLimits } from './call-limits.ts';
import type { DirectTransport } from './client.ts';
import { CallContext } from './context.ts';
import type { Answers } from './guard.ts';
import { interceptTransport } from './intercept-transport.ts';
import { LocalStream, startAnswers, withMetadata } from './local-stream.ts';
import { asMessage, type Init, mapStream } from './messages.ts';
import type { HeaderInit } from './metadata.ts';
import type { Principal } from './principal.ts';
import { type MethodEntry, methodName, type ServiceRegistry } from './registry.ts';
import { LazyStreamResponse, LazyUnaryResponse } from './responses.ts';
import { unknownMethod } from './status.ts';

export interface LocalTransportOptions {
  /** Client interceptors. */
  readonly interceptors?: readonly Interceptor[];
}

/** A transport to the services of `registry`, on behalf of `principal`. */
export function createLocalTransport(
  registry: ServiceRegistry,
  principal: Principal,
  options: LocalTransportOptions = {},
): Transport {
  return interceptTransport(new LocalTransport(registry, principal), options.interceptors);
}

/** A unary call that is under way. */
export interface StartedCall {
  /** Rejects with a `ConnectError`. */
  readonly answer: Promise<Message>;
  /** Gives the call up: the answer rejects with `error` at once, and the handler's signal aborts. */
  cancel(error: ConnectError): void;
}

export type StartOptions = Pick<CallOptions, 'timeoutMs' | 'headers'>;

/**
 * Begins a unary call on behalf of `principal`. For callers that may give up any of many calls: a signal for each would
 * cost as much as a small call. Throws `Unimplemented` if there is no such method.
 */
export function startLocalCall(
  registry: ServiceRegistry,
  principal: Principal,
  method: DescMethodUnary,
  request: Message,
  { timeoutMs, headers }: StartOptions,
): StartedCall {
  const context = contextOf(principal, method, timeoutMs, headers);
  const { promise: answer, resolve, reject } = Promise.withResolvers<Message>();
  const cancel = (error: ConnectError) => {
    context.abort(error);
    reject(error);
  };
  const { impl } = entryOf(registry, method);
  if (impl.kind !== 'unary') throw unimplemented(method);
  const release = watchLimits(undefined, timeoutMs, cancel);
  impl.call(request, context).then(
    (message) => {
      release?.();
      context.abort();
      resolve(message);
    },
    (error: unknown) => {
      release?.();
      context.abort();
      reject(withMetadata(error, context));
    },
  );
  return { answer, cancel };
}

class LocalTransport implements DirectTransport {
  readonly #registry: ServiceRegistry;
  readonly #principal: Principal;

  constructor(registry: ServiceRegistry, principal: Principal) {
    this.#registry = registry;
    this.#principal = principal;
  }

  async unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeaderInit,
    input: MessageInitShape<I>,
  ): Promise<UnaryResponse<I, O>> {
    const { impl } = entryOf(this.#registry, method);
    if (impl.kind !== 'unary') throw unimplemented(method);
    const context = contextOf(this.#principal, method, timeoutMs, header);
    const request = asMessage(method.input, input);
    try {
      const message = await within(context, signal, timeoutMs, () => impl.call(request, context));
      return new LazyUnaryResponse(method, message as MessageShape<O>, context);
    } catch (error) {
      throw withMetadata(error, context);
    } finally {
      context.abort();
    }
  }

  async stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodStreaming<I, O>,
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    header: HeaderInit,
    input: AsyncIterable<MessageInitShape<I>>,
  ): Promise<StreamResponse<I, O>> {
    const { impl } = entryOf(this.#registry, method);
    if (impl.kind === 'unary') throw unimplemented(method);
    const context = contextOf(this.#principal, method, timeoutMs, header);
    const requests = mapStream(input, (item): Message => asMessage(method.input, item));
    const answers = new LocalStream((watched) => startAnswers(impl, watched, context), context, signal, requests);
    await answers.ready();
    return new LazyStreamResponse(method, answers as AsyncIterableIterator<MessageShape<O>>, context);
  }

  serverStream(method: DescMethodStreaming, request: Init, options: CallOptions | undefined): Answers {
    const { signal, timeoutMs, headers } = options ?? {};
    const context = contextOf(this.#principal, method, timeoutMs, headers);
    const start = () => {
      const { impl } = entryOf(this.#registry, method);
      if (impl.kind !== 'server_streaming') throw unimplemented(method);
      return impl.call(asMessage(method.input, request), context);
    };
    return new LocalStream(start, context, signal);
  }
}

function entryOf(registry: ServiceRegistry, method: DescMethod): MethodEntry {
  const entry = registry.find(method);
  if (entry === undefined) throw unimplemented(method);
  return entry;
}

function contextOf(
  principal: Principal,
  method: DescMethod,
  timeoutMs: number | undefined,
  header: HeaderInit,
): CallContext {
  return new CallContext({
    method,
    principal,
    protocolName: 'local',
    timeoutMs,
    header: header === undefined ? undefined : () => new Headers(header),
  });
}

function unimplemented(method: DescMethod): ConnectError {
  return unknownMethod(methodName(method));
}

/** Waits for the answer, but not longer than the caller's signal and deadline allow. */
function within<T>(
  context: CallContext,
  signal: AbortSignal | undefined,
  timeoutMs: number | undefined,
  run: () => Promise<T>,
): Promise<T> {
  if (signal === undefined && timeoutMs === undefined) return run();
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  let stopped = false;
  const release = watchLimits(signal, timeoutMs, (error) => {
    stopped = true;
    context.abort(error);
    reject(error);
  });
  if (!stopped) run().then(resolve, reject);
  return promise.finally(release);
}
