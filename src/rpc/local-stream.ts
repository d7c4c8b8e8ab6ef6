import type { Message } from '@bufbuild/protobuf';
import { ConnectError } from '@connectrpc/connect';
import { watchLimits } from './call-limits.ts';
import type { CallContext } from './context.ts';
import type { Answers, GuardedImpl, Messages } from './guard.ts';
import { letGo, missingMessage, once } from './messages.ts';
import { canceled } from './status.ts';

/** A call that has no stream of requests. */
const noRequests: AsyncIterableIterator<Message> = {
  next: () => Promise.resolve({ done: true, value: undefined }),
  [Symbol.asyncIterator]: () => noRequests,
};

/** Asks a handler for its answers; gets the caller's requests, where they are a stream. */
export type Start = (requests: AsyncIterableIterator<Message>) => Answers | Promise<Answers>;

/**
 * The caller's end of a streaming call in the same process. Nothing is buffered: the handler is asked for an answer
 * when the caller asks for one.
 */
export class LocalStream implements Answers {
  readonly #context: CallContext;
  readonly #requests: AsyncIterableIterator<Message>;
  readonly #start: Start;
  readonly #release: (() => void) | undefined;
  #answers: Answers | undefined;
  #first: Promise<IteratorResult<Message>> | undefined;
  #stopped: ConnectError | undefined;
  #waiting: PromiseWithResolvers<IteratorResult<Message>> | undefined;

  /** Calls `start`, once, before it returns. */
  constructor(start: Start, context: CallContext, signal: AbortSignal | undefined, requests = noRequests) {
    this.#start = start;
    this.#context = context;
    this.#requests = requests;
    this.#release = watchLimits(signal, context.timeoutMs(), (error) => this.#stop(error));
    this.#first = this.#pullOrStop();
    this.#first.catch(() => undefined); // told to whoever reads, if anybody does
  }

  /** Waits for the first answer, and with it for the response headers. */
  async ready(): Promise<void> {
    await this.#first;
  }

  next(): Promise<IteratorResult<Message>> {
    const first = this.#first;
    this.#first = undefined;
    return first ?? this.#pullOrStop();
  }

  return(): Promise<IteratorResult<Message>> {
    this.#release?.();
    this.#stop(canceled('the caller stopped reading'));
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The caller's requests; what goes wrong with them is the caller's to hear, whatever the handler makes of it. */
  #watched(): AsyncIterableIterator<Message> {
    const requests = this.#requests;
    if (requests === noRequests) return requests;
    return {
      next: () =>
        requests.next().catch((error: unknown) => {
          this.#release?.();
          this.#stop(ConnectError.from(error));
          throw canceled('the caller could not send its requests');
        }),
      return: async () => ({ done: true, value: undefined }),
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** A handler that does not heed its signal must not hold its caller. */
  #pullOrStop(): Promise<IteratorResult<Message>> {
    if (this.#stopped) return Promise.reject(this.#stopped);
    if (this.#release === undefined) return this.#pull();
    const waiting = Promise.withResolvers<IteratorResult<Message>>();
    this.#waiting = waiting;
    this.#pull().then(waiting.resolve, waiting.reject);
    return waiting.promise;
  }

  async #pull(): Promise<IteratorResult<Message>> {
    try {
      this.#answers ??= await this.#start(this.#watched());
      const result = await this.#answers.next();
      if (result.done) this.#finish();
      return result;
    } catch (error) {
      this.#finish();
      throw withMetadata(error, this.#context);
    }
  }

  #stop(error: ConnectError): void {
    if (this.#stopped) return;
    this.#stopped = error;
    this.#context.abort(error);
    this.#waiting?.reject(error);
    if (this.#answers) letGo(this.#answers);
    letGo(this.#requests);
  }

  #finish(): void {
    this.#release?.();
    this.#context.abort();
    letGo(this.#requests);
  }
}

/** Calls a handler with a stream of requests, however many of them it takes. */
export async function startAnswers(
  impl: Exclude<GuardedImpl, { kind: 'unary' }>,
  requests: AsyncIterator<Message> & Messages,
  context: CallContext,
): Promise<Answers> {
  if (impl.kind === 'client_streaming') return once(impl.call(requests, context));
  if (impl.kind === 'bidi_streaming') return impl.call(requests, context);
  const first = await requests.next();
  if (first.done) throw missingMessage();
  return impl.call(first.value, context);
}

/** A failed call's headers and trailers are its error's metadata, as with any other transport. */
export function withMetadata(error: unknown, context: CallContext): unknown {
  if (!(error instanceof ConnectError)) return error;
  for (const headers of [context.responseHeaderIfAny, context.responseTrailerIfAny]) {
    for (const [name, value] of headers ?? []) error.metadata.append(name, value);
  }
  return error;
}
