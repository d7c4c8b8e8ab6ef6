/**
 * What stands around every handler, whichever door a call came by: who may, is the request valid, what may an error
 * say, one line in the log. Plain functions rather than Connect interceptors: they need no headers and no signals, so
 * a call by link or in process does not pay for them.
 */
import type { DescMessage, DescMethod, Message } from '@bufbuild/protobuf';
import type { ConnectError, HandlerContext, MethodImplSpec } from '@connectrpc/connect';
import type { Log } from '../base/log.ts';
import { checkAccess, type Needs } from './interceptors/access.ts';
import { toFailure } from './interceptors/failures.ts';
import { logCall } from './interceptors/log.ts';
import { governs, letThrough } from './interceptors/policy.ts';
import { checkMessage } from './interceptors/validate.ts';
import { asMessage, type Init, mapStream } from './messages.ts';
import type { CallObserver, ObservedCall } from './observe.ts';
import type { PolicyGate } from './policy.ts';
import { principalKey } from './principal.ts';
import { canceled } from './status.ts';
import { isLasting, type Usage, type UsedBy } from './usage.ts';
import { weightOf } from './weight.ts';

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
  readonly observer?: CallObserver | undefined;
  /** What callers use. If absent, nothing is counted. */
  readonly usage?: Usage | undefined;
  readonly log: Log;
}

/** Puts the checks around a handler. */
export function guard(spec: MethodImplSpec, guarded: Guarded): Guard {
  const { validates, gate } = guarded;
  const verb = governs(spec.method);
  const { input, output } = spec.method;
  const check = (request: Message) => (validates ? checkMessage(input, request) : undefined);
  const observe = guarded.observer?.observe(spec.method, guarded.name);
  const watch = (context: HandlerContext) => new Watch(context, guarded, spec.method, observe);
  const valid = (requests: Messages, context: HandlerContext) => {
    const used = guarded.usage?.of(context.values.get(principalKey));
    return mapStream(requests, (request) => {
      used?.take(weightOf(input, request));
      return checked(check, request);
    });
  };

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
      const begun = call.begin(request);
      if (begun) await begun;
      const deciding = decided(context, request);
      if (deciding) await deciding;
      const response = asMessage(output, await answer());
      const given = call.answer(response);
      if (given) await given;
      const ended = call.ended();
      if (ended) await ended;
      return response;
    } catch (error) {
      const failed = call.failed(error);
      await call.over;
      throw failed;
    }
  }

  function stream(context: HandlerContext, answer: () => AsyncIterable<Init>, request?: Message): Answers {
    const call = watch(context);
    return new GuardedStream(call, output, async () => {
      call.admit();
      const loading = request && check(request);
      if (loading) await loading;
      const begun = call.begin(request);
      if (begun) await begun;
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
          call: (requests, context) => single(context, () => spec.impl(valid(requests, context), context)),
        };
      case 'server_streaming':
        return {
          kind: spec.kind,
          call: (request, context) => stream(context, () => spec.impl(request, context), request),
        };
      case 'bidi_streaming':
        return {
          kind: spec.kind,
          call: (requests, context) => stream(context, () => spec.impl(valid(requests, context), context)),
        };
    }
  }
}

function checked(check: (message: Message) => Promise<void> | undefined, message: Message): Message | Promise<Message> {
  const loading = check(message);
  return loading ? loading.then(() => message) : message;
}

/** One call under watch: it ends once, and is logged and told to the observer then. */
class Watch {
  readonly #context: HandlerContext;
  readonly #guarded: Guarded;
  readonly #observe: ((context: HandlerContext) => ObservedCall) | undefined;
  readonly #startedMs = performance.now();
  readonly #method: DescMethod;
  readonly #isStream: boolean;
  #observed: ObservedCall | undefined;
  #used: UsedBy | undefined;
  #isAdmitted = false;
  #isOver = false;
  /** What must be waited for before the caller hears of the end. */
  over: Promise<void> | undefined;

  constructor(
    context: HandlerContext,
    guarded: Guarded,
    method: DescMethod,
    observe?: (context: HandlerContext) => ObservedCall,
  ) {
    this.#context = context;
    this.#guarded = guarded;
    this.#method = method;
    this.#isStream = isLasting(method);
    this.#observe = observe;
  }

  admit(): void {
    checkAccess(this.#context.values.get(principalKey), this.#guarded);
    this.#isAdmitted = true;
  }

  admitOrFail(): void {
    try {
      this.admit();
    } catch (error) {
      throw this.failed(error);
    }
  }

  /** The handler is about to run. Throws where the caller uses too much. */
  begin(request: Message | undefined): Promise<void> | undefined {
    const used = this.#guarded.usage?.of(this.#context.values.get(principalKey));
    used?.enter(this.#isStream, request && weightOf(this.#method.input, request));
    this.#used = used;
    this.#observed = this.#observe?.(this.#context);
    return this.#observed?.begin(request);
  }

  answer(message: Message): Promise<void> | undefined {
    this.#used?.give(weightOf(this.#method.output, message));
    return this.#observed?.answer(message);
  }

  ended(error?: ConnectError): Promise<void> | undefined {
    if (this.#isOver) return this.over;
    this.#isOver = true;
    this.#used?.leave(this.#isStream);
    const { log, name, observer } = this.#guarded;
    logCall(log, this.#context.values.get(principalKey), name, this.#startedMs, error);
    if (error && !this.#isAdmitted) observer?.refused(name, this.#context, error);
    this.over = this.#observed?.end(error);
    return this.over;
  }

  abandoned(): void {
    // Nobody hears of it any more, whatever becomes of the record.
    if (!this.#isOver) this.ended(canceled('the caller went away'))?.catch(() => undefined);
  }

  failed(thrown: unknown): ConnectError {
    const error = toFailure(thrown, this.#context, this.#guarded.name, this.#guarded.log);
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
  #abandoned = false;

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
        if (this.#abandoned) await this.#source.return?.();
      }
      const result = await this.#source.next();
      if (!result.done) {
        const value = asMessage(this.#schema, result.value);
        const given = this.#call.answer(value);
        if (given) await given;
        return { done: false, value };
      }
      const ended = this.#call.ended();
      if (ended) await ended;
      return { done: true, value: undefined };
    } catch (error) {
      const failed = this.#call.failed(error);
      await this.#call.over;
      throw failed;
    }
  }

  async return(): Promise<IteratorResult<Message>> {
    this.#abandoned = true;
    this.#call.abandoned();
    await this.#source?.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
