/**
 * What stands around every handler, whichever door a call came by: who may, is the request valid, what may an error
 * say, one line in the log. Plain functions rather than Connect interceptors: they need no headers and no signals, so
 * a call by link or in process does not pay for them.
 */
import type { DescMessage, Message } from '@bufbuild/protobuf';
import type { ConnectError, HandlerContext, MethodImplSpec } from '@connectrpc/connect';
import type { Log } from '../base/log.ts';
import { checkAccess, type Needs } from './interceptors/access.ts';
import { toFailure } from './interceptors/failures.ts';
import { logCall } from './interceptors/log.ts';
import { governs, letThrough } from './interceptors/policy.ts';
import { checkMessage } from './interceptors/validate.ts';
import { asMessage, type Init, mapStream } from './messages.ts';
import type { PolicyGate } from './policy.ts';
import { principalKey } from './principal.ts';
import { canceled } from './status.ts';

/** A handler that throws nothing but `ConnectError` and answers with whole messages. */
export type GuardedImpl =
  | { readonly kind: 'unary'; call(request: Message, context: HandlerContext): Promise<Message> }
  | { readonly kind: 'client_streaming'; call(requests: Messages, context: HandlerContext): Promise<Message> }
  | { readonly kind: 'server_streaming'; call(request: Message, context: HandlerContext): Answers }
  | { readonly kind: 'bidi_streaming'; call(requests: Messages, context: HandlerContext): Answers };

export type Messages = AsyncIterable<Message>;
export type Answers = AsyncIterableIterator<Message>;

export interface Guard {
  /** Throws unless the caller may call the method. For doors that can ask before they read the request. */
  admit(context: HandlerContext): void;
  readonly impl: GuardedImpl;
}

/** What is guarded, and how. */
export interface Guarded extends Needs {
  /** Whether requests are checked against the rules of their schema. */
  readonly validates: boolean;
  /** The policy before its calls. If absent, none. */
  readonly gate?: PolicyGate | undefined;
  readonly log: Log;
}

/** Puts the checks around a handler. */
export function guard(spec: MethodImplSpec, guarded: Guarded): Guard {
  const { validates, gate, log } = guarded;
  const verb = governs(spec.method);
  const { input, output } = spec.method;
  const check = (request: Message) => (validates ? checkMessage(input, request) : undefined);
  const watch = (context: HandlerContext) => new Watch(context, guarded, log);
  const valid = (requests: Messages) => mapStream(requests, (request) => checked(check, request));

  /** Throws, or rejects, where the policy says no. */
  function decided(context: HandlerContext, request?: Message): Promise<void> | undefined {
    if (gate?.policy === undefined || verb === undefined) return undefined;
    return letThrough(gate, gate.policy, { verb, context, schema: input, request });
  }

  async function single(context: HandlerContext, answer: () => Init | Promise<Init>, request?: Message) {
    const call = watch(context);
    try {
      call.admit();
      const loading = request && check(request);
      if (loading) await loading;
      const deciding = decided(context, request);
      if (deciding) await deciding;
      const response = asMessage(output, await answer());
      call.ended();
      return response;
    } catch (error) {
      throw call.failed(error);
    }
  }

  function stream(context: HandlerContext, answer: () => AsyncIterable<Init>, request?: Message): Answers {
    const call = watch(context);
    return new GuardedStream(call, output, async () => {
      call.admit();
      const loading = request && check(request);
      if (loading) await loading;
      const deciding = decided(context, request);
      if (deciding) await deciding;
      return answer()[Symbol.asyncIterator]();
    });
  }

  return { admit: (context) => watch(context).admitOrFail(), impl: guardedImpl() };

  function guardedImpl(): GuardedImpl {
    switch (spec.kind) {
      case 'unary':
        return {
          kind: spec.kind,
          call: (request, context) => single(context, () => spec.impl(request, context), request),
        };
      case 'client_streaming':
        return {
          kind: spec.kind,
          call: (requests, context) => single(context, () => spec.impl(valid(requests), context)),
        };
      case 'server_streaming':
        return {
          kind: spec.kind,
          call: (request, context) => stream(context, () => spec.impl(request, context), request),
        };
      case 'bidi_streaming':
        return {
          kind: spec.kind,
          call: (requests, context) => stream(context, () => spec.impl(valid(requests), context)),
        };
    }
  }
}

function checked(check: (message: Message) => Promise<void> | undefined, message: Message): Message | Promise<Message> {
  const loading = check(message);
  return loading ? loading.then(() => message) : message;
}

/** One call under watch: it ends once, and is logged then. */
class Watch {
  readonly #context: HandlerContext;
  readonly #needs: Needs;
  readonly #log: Log;
  readonly #startedMs = performance.now();
  #over = false;

  constructor(context: HandlerContext, needs: Needs, log: Log) {
    this.#context = context;
    this.#needs = needs;
    this.#log = log;
  }

  admit(): void {
    checkAccess(this.#context.values.get(principalKey), this.#needs);
  }

  admitOrFail(): void {
    try {
      this.admit();
    } catch (error) {
      throw this.failed(error);
    }
  }

  ended(error?: ConnectError): void {
    if (this.#over) return;
    this.#over = true;
    logCall(this.#log, this.#context.values.get(principalKey), this.#needs.name, this.#startedMs, error);
  }

  abandoned(): void {
    if (!this.#over) this.ended(canceled('the caller went away'));
  }

  failed(thrown: unknown): ConnectError {
    const error = toFailure(thrown, this.#context, this.#needs.name, this.#log);
    this.ended(error);
    return error;
  }
}

/** A handler's answers, under watch. Starts at the first `next()`. */
class GuardedStream implements Answers {
  readonly #call: Watch;
  readonly #schema: DescMessage;
  readonly #start: () => Promise<AsyncIterator<Init>>;
  #starting: Promise<AsyncIterator<Init>> | undefined;
  #source: AsyncIterator<Init> | undefined;

  constructor(call: Watch, schema: DescMessage, start: () => Promise<AsyncIterator<Init>>) {
    this.#call = call;
    this.#schema = schema;
    this.#start = start;
  }

  async next(): Promise<IteratorResult<Message>> {
    try {
      if (this.#source === undefined) {
        this.#starting ??= this.#start();
        this.#source = await this.#starting;
      }
      const result = await this.#source.next();
      if (!result.done) return { done: false, value: asMessage(this.#schema, result.value) };
      this.#call.ended();
      return { done: true, value: undefined };
    } catch (error) {
      throw this.#call.failed(error);
    }
  }

  async return(): Promise<IteratorResult<Message>> {
    this.#call.abandoned();
    await this.#source?.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
