/** What can be asked for at this door, whichever way it is asked: methods of the schema, and a few of the door's own. */
import type { IncomingHttpHeaders } from 'node:http';
import type { DescMethodUnary, Message } from '@bufbuild/protobuf';
import { createLocalTransport, type StartedCall, startLocalCall } from '../../rpc/local-transport.ts';
import type { Principal } from '../../rpc/principal.ts';
import type { ServiceRegistry } from '../../rpc/registry.ts';
import type { Caller } from './call.ts';
import { Documents } from './documents.ts';
import { type Method, MethodTable } from './methods.ts';
import { type OwnMethod, ownMethods } from './own-methods.ts';
import type { RpcCall } from './wire.ts';

export class Desk {
  readonly documents: Documents;
  readonly #registry: ServiceRegistry;
  readonly #methods: MethodTable;
  readonly #own: ReadonlyMap<string, OwnMethod>;

  constructor(registry: ServiceRegistry, version: string) {
    this.#registry = registry;
    this.#methods = new MethodTable(registry);
    this.documents = new Documents(this.#methods, version);
    this.#own = ownMethods(this.documents);
  }

  find(name: string): Method | OwnMethod | undefined {
    return this.#own.get(name) ?? this.#methods.find(name);
  }

  /** Begins a unary call that can be given up without a signal. */
  start(method: DescMethodUnary, request: Message, { principal, headers, timeoutMs }: Caller): StartedCall {
    return startLocalCall(this.#registry, principal, method, request, {
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(headers !== undefined && { headers }),
    });
  }

  transportFor(principal: Principal) {
    return createLocalTransport(this.#registry, principal);
  }
}

/** The caller of one call, of those that one message brought: with the wait and the trace that the call itself names. */
export function callerFor({ timeoutMs, traceparent }: RpcCall, caller: Caller): Caller {
  if (timeoutMs === undefined && traceparent === undefined) return caller;
  return {
    ...caller,
    timeoutMs: shorter(timeoutMs, caller.timeoutMs),
    headers: traceparent === undefined ? caller.headers : { traceparent },
  };
}

/** The trace that a request of HTTP belongs to (https://www.w3.org/TR/trace-context/). */
export function traceOf({ traceparent, tracestate }: IncomingHttpHeaders): Record<string, string> | undefined {
  if (typeof traceparent !== 'string') return undefined;
  return typeof tracestate === 'string' ? { traceparent, tracestate } : { traceparent };
}

function shorter(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? (left ?? right) : Math.min(left, right);
}
