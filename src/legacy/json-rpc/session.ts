/** One WebSocket: the calls and streams under way on it, and the caller's words about them. No sockets here. */

import type { Message } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { Cancellation } from '../../base/cancellation.ts';
import { failure } from '../../rpc/failure.ts';
import { once } from '../../rpc/messages.ts';
import type { Principal } from '../../rpc/principal.ts';
import { canceled } from '../../rpc/status.ts';
import { type Answer, answerMessage } from './batch.ts';
import { type Caller, callUnary, type Outcome, openStream } from './call.ts';
import { Credit } from './credit.ts';
import { callerFor, type Desk } from './desk.ts';
import { DEFAULT_CREDITS, MAX_CALLS, MAX_UNREAD_CHARS, REQUEST_WINDOW } from './limits.ts';
import { methodNotFound, rpcErrorOf } from './map.ts';
import { readMessage } from './messages.ts';
import type { Method } from './methods.ts';
import type { OwnMethod } from './own-methods.ts';
import { Requests } from './requests.ts';
import { Running } from './running.ts';
import { sendStream } from './stream.ts';
import { idKey, invalidRequest, type RpcCall, writeNotification } from './wire.ts';
import { isWord, readWord, type Word } from './words.ts';

type UnaryMethod = Extract<Method, { methodKind: 'unary' }>;
type StreamMethod = Exclude<Method, UnaryMethod>;

/** The way to the caller. */
export interface Line {
  send(text: string): void;
  /** A promise while the caller reads more slowly than we write. */
  room(): Promise<void> | undefined;
}

export class Session {
  readonly #desk: Desk;
  readonly #line: Line;
  readonly #headers: Caller['headers'];
  readonly #running = new Set<Running>();
  readonly #byId = new Map<string, Running>();
  #caller: Caller | undefined;
  #unreadChars = 0;

  /** `headers` are those of the request that opened the WebSocket, as far as they go on with calls. */
  constructor(desk: Desk, line: Line, headers: Caller['headers']) {
    this.#desk = desk;
    this.#line = line;
    this.#headers = headers;
  }

  /** Takes one message of `principal`. The answer comes later; nothing is thrown but faults of our own. */
  async take(text: string, principal: Principal): Promise<void> {
    const caller = this.#callerOf(principal);
    const answer = await answerMessage(text, (call) => this.#serve(call, caller));
    if (answer !== undefined) this.#send(answer);
  }

  /** Nobody is there any more: ends all calls. */
  close(): void {
    for (const running of this.#running) running.stop(canceled('the WebSocket was closed'));
  }

  #send({ text, afterwards }: Answer): void {
    this.#line.send(text);
    for (const go of afterwards) go();
  }

  #callerOf(principal: Principal): Caller {
    if (this.#caller?.principal === principal) return this.#caller;
    const transport = this.#desk.transportFor(principal);
    this.#caller = {
      principal,
      transport,
      headers: this.#headers,
      cancellation: new Cancellation(),
      timeoutMs: undefined,
    };
    return this.#caller;
  }

  #serve(call: RpcCall, caller: Caller): Promise<Outcome> | Outcome {
    if (isWord(call.method)) return outcomeOf(() => ({ result: String(this.#hear(readWord(call))) }));
    const found = this.#desk.find(call.method);
    if (found === undefined) return { error: methodNotFound(call.method) };
    if (call.id !== undefined && this.#byId.has(idKey(call.id))) {
      throw invalidRequest(`the id ${call.id} is in use by a call that is under way`, undefined, 'ID_IN_USE');
    }
    if (typeof found === 'object' && found.methodKind !== 'unary') return this.#openStream(found, call, caller);
    return this.#call(found, call, caller);
  }

  async #call(found: UnaryMethod | OwnMethod, call: RpcCall, caller: Caller): Promise<Outcome> {
    let running: Running | undefined;
    try {
      running = this.#begin(call);
      const own = { ...callerFor(call, caller), cancellation: running.cancellation };
      if (typeof found === 'function') return { result: await found(call.params, own) };
      return { result: await callUnary(this.#desk, found, call, own) };
    } catch (error) {
      return { error: rpcErrorOf(error) };
    } finally {
      if (running !== undefined) this.#end(call, running);
    }
  }

  /** Answers that the stream is open; what it says comes afterwards. */
  #openStream(method: StreamMethod, call: RpcCall, caller: Caller): Outcome {
    const { id } = call;
    if (id === undefined || id === 'null') throw invalidRequest('a stream needs an id', id, 'STREAM_NEEDS_ID');
    return outcomeOf(() => {
      const takesOne = method.methodKind === 'server_streaming';
      const first = takesOne || call.params !== undefined ? readMessage(method.input, call.params) : undefined;
      const running = this.#begin(call);
      const requests = takesOne && first ? once(first) : this.#requestsOf(method, id, running, first);
      const afterwards = () => void this.#answer(method, call, requests, running, caller);
      const credits = takesOne ? '' : `,"credits":${REQUEST_WINDOW}`;
      return { result: `{"stream":${id}${credits}}`, afterwards };
    });
  }

  #requestsOf(method: StreamMethod, id: string, running: Running, first: Message | undefined): Requests {
    running.requests = new Requests({
      schema: method.input,
      first,
      grant: (count) => this.#line.send(writeNotification('rpc.credit', `{"id":${id},"messages":${count}}`)),
      account: (chars) => {
        this.#unreadChars += chars;
      },
    });
    return running.requests;
  }

  async #answer(
    method: StreamMethod,
    call: RpcCall,
    requests: AsyncIterable<Message>,
    running: Running,
    caller: Caller,
  ): Promise<void> {
    const credit = new Credit(call.credits ?? DEFAULT_CREDITS);
    running.credit = credit;
    const own = { ...callerFor(call, caller), cancellation: running.cancellation };
    await sendStream(call.id ?? '', method, () => openStream(method, requests, own), {
      send: (text) => this.#line.send(text),
      ready: () => both(credit.take(), this.#line.room()),
    });
    await running.requests?.return();
    this.#end(call, running);
  }

  /** Whether what was said concerned anything that is under way. */
  #hear(word: Word): boolean {
    const running = this.#byId.get(idKey(word.id));
    if (running === undefined) return false;
    switch (word.kind) {
      case 'cancel':
        running.stop(canceled('the caller gave the call up'));
        return true;
      case 'credit':
        running.credit?.add(word.messages);
        return running.credit !== undefined;
      case 'value':
        this.#push(running, word.text);
        return running.requests !== undefined;
      case 'end':
        running.requests?.end();
        return running.requests !== undefined;
    }
  }

  #push(running: Running, text: string): void {
    try {
      running.requests?.push(text);
      if (this.#unreadChars > MAX_UNREAD_CHARS) throw tooMuchUnread();
    } catch (error) {
      running.stop(error as ReturnType<typeof failure>);
    }
  }

  #begin(call: RpcCall): Running {
    if (this.#running.size >= MAX_CALLS) throw tooManyCalls();
    const running = new Running();
    this.#running.add(running);
    if (call.id !== undefined && call.id !== 'null') this.#byId.set(idKey(call.id), running);
    return running;
  }

  #end(call: RpcCall, running: Running): void {
    this.#running.delete(running);
    if (call.id !== undefined && call.id !== 'null') this.#byId.delete(idKey(call.id));
  }
}

/** Runs `work`; what it throws is an outcome too. */
function outcomeOf(work: () => Outcome): Outcome {
  try {
    return work();
  } catch (error) {
    return { error: rpcErrorOf(error) };
  }
}

function both(left: Promise<void> | undefined, right: Promise<void> | undefined): Promise<void> | undefined {
  return left && right ? left.then(() => right) : (left ?? right);
}

function tooManyCalls() {
  return failure(Code.ResourceExhausted, 'TOO_MANY_CALLS', `${MAX_CALLS} calls are under way on this WebSocket`, {
    help: 'wait for answers, or open another WebSocket',
  });
}

function tooMuchUnread() {
  return failure(
    Code.ResourceExhausted,
    'TOO_MUCH_UNREAD',
    'the values that no method has read yet are too many bytes',
    {
      help: 'send the next value when rpc.credit has come',
    },
  );
}
