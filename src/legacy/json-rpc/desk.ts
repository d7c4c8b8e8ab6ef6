/** What can be asked for at this door, whichever way it is asked: methods of the schema, and a few of the door's own. */
import type { IncomingHttpHeaders } from 'node:http';
import { createLocalTransport } from '../../rpc/local-transport.ts';
import type { Principal } from '../../rpc/principal.ts';
import type { ServiceRegistry } from '../../rpc/registry.ts';
import type { Caller } from './call.ts';
import { type Method, MethodTable } from './methods.ts';
import type { RpcCall } from './wire.ts';

/** A method of the door's own: the exact JSON text of its result. Throws what the call throws. */
export type OwnMethod = (params: string | undefined, caller: Caller) => Promise<string>;

export class Desk {
  readonly methods: MethodTable;
  readonly #registry: ServiceRegistry;
  readonly #own: ReadonlyMap<string, OwnMethod>;

  constructor(registry: ServiceRegistry, own: ReadonlyMap<string, OwnMethod>) {
    this.#registry = registry;
    this.#own = own;
    this.methods = new MethodTable(registry);
  }

  find(name: string): Method | OwnMethod | undefined {
    return this.#own.get(name) ?? this.methods.find(name);
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
