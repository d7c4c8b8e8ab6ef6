/**
 * The services of a node: each is implemented once, and every door (HTTP, links, in process) finds it here, with the
 * same checks and interceptors around it.
 */
import type { DescMethod, DescService } from '@bufbuild/protobuf';
import {
  type ConnectRouter,
  createServiceImplSpec,
  type HandlerContext,
  type Interceptor,
  type MethodImplSpec,
  type ServiceImpl,
} from '@connectrpc/connect';
import { Access } from '../../gen/towline/v1/access_pb.ts';
import { LocalError } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import { connectImpl } from './connect-impl.ts';
import { type GuardedImpl, guard } from './guard.ts';
import { accessOf, scopesOf } from './interceptors/access.ts';
import { interceptHandler } from './interceptors/handler.ts';
import type { CallObserver } from './observe.ts';
import type { PolicyGate } from './policy.ts';
import type { Usage } from './usage.ts';

/** What a caller that nobody knows may send: an invite and some addresses. Read before it is known who sends it. */
const STRANGER_MAX_BYTES = 64 * 1024;

/** A method that can be called. */
export interface MethodEntry {
  /** "towline.v1.ToolService/CallTool". */
  readonly name: string;
  readonly method: DescMethod;
  readonly access: Access;
  /** The handler with everything around it. */
  readonly impl: GuardedImpl;
  /** Throws unless the caller may call the method. For doors that can ask before they read the request. */
  admit(context: HandlerContext): void;
}

export interface RegistryOptions {
  /** Run around every handler, at every door, after access and validation. */
  readonly interceptors?: readonly Interceptor[];
  /** The policy before every call. If absent, none. */
  readonly gate?: PolicyGate;
  /** Told of every call, at every door, those that are refused included. */
  readonly observer?: CallObserver;
  /** What callers use. If absent, nothing is counted. */
  readonly usage?: Usage;
  readonly log?: Log;
}

export interface AddOptions {
  /** Who may call methods that declare no access: for services whose schema is not ours, such as grpc.health.v1. */
  readonly access?: Access;
  /** Its requests passed another registry's rules in the same process, and are not checked again. */
  readonly isBehindDoor?: boolean;
}

export class ServiceRegistry {
  readonly #options: RegistryOptions;
  readonly #services = new Map<string, DescService>();
  readonly #byName = new Map<string, MethodEntry>();
  readonly #byMethod = new Map<DescMethod, MethodEntry>();
  #revision = 0;

  constructor(options: RegistryOptions = {}) {
    this.#options = options;
  }

  /** Grows whenever a service is added or removed. */
  get revision(): number {
    return this.#revision;
  }

  services(): DescService[] {
    return [...this.#services.values()];
  }

  methods(): MethodEntry[] {
    return [...this.#byName.values()];
  }

  /** Finds a method by full name ("towline.v1.ToolService/CallTool") or by descriptor. */
  find(method: string | DescMethod): MethodEntry | undefined {
    if (typeof method === 'string') return this.#byName.get(method);
    return this.#byMethod.get(method) ?? this.#byName.get(methodName(method));
  }

  /**
   * Adds a service; methods that `impl` lacks answer `unimplemented`. Throws `SERVICE_EXISTS`, or `ACCESS_MISSING` if
   * a method declares no access.
   */
  add<S extends DescService>(service: S, impl: Partial<ServiceImpl<S>>, options: AddOptions = {}): this {
    if (this.#services.has(service.typeName)) {
      throw new LocalError('SERVICE_EXISTS', `${service.typeName} is served already`);
    }
    const specs = Object.values(createServiceImplSpec(service, impl).methods);
    const entries = specs.map((spec) => this.#entryOf(spec, options));
    this.#services.set(service.typeName, service);
    for (const entry of entries) {
      this.#byName.set(entry.name, entry);
      this.#byMethod.set(entry.method, entry);
    }
    this.#revision++;
    return this;
  }

  /** Removes a service; calls under way go on. Returns whether it was there. */
  remove(service: DescService): boolean {
    const known = this.#services.get(service.typeName);
    if (known === undefined) return false;
    this.#services.delete(service.typeName);
    for (const method of known.methods) {
      this.#byName.delete(methodName(method));
      this.#byMethod.delete(method);
    }
    this.#revision++;
    return true;
  }

  /** Registers every method on a Connect router. */
  routes(router: ConnectRouter): void {
    for (const { method, impl, access } of this.#byName.values()) {
      const limit = access === Access.STRANGER ? { readMaxBytes: STRANGER_MAX_BYTES } : {};
      router.rpc(method, connectImpl(impl) as never, limit);
    }
  }

  #entryOf(spec: MethodImplSpec, options: AddOptions): MethodEntry {
    const { method } = spec;
    const name = methodName(method);
    const declared = accessOf(method);
    const access = declared === Access.UNSPECIFIED ? (options.access ?? declared) : declared;
    if (access === Access.UNSPECIFIED) {
      throw new LocalError('ACCESS_MISSING', `${name} does not say who may call it`, {
        help: 'give the method the option (towline.v1.access)',
        metadata: { method: name },
      });
    }
    const intercepted = interceptHandler(spec, this.#options.interceptors ?? []);
    const validates = options.isBehindDoor !== true;
    const { gate, observer, usage, log = silentLog } = this.#options;
    const about = { name, access, scopes: scopesOf(method), validates, gate, observer, usage, log };
    return { name, method, access, ...guard(intercepted, about) };
  }
}

/** "towline.v1.ToolService/CallTool": how a method is named on a link and in the log. */
export function methodName(method: DescMethod): string {
  return `${method.parent.typeName}/${method.name}`;
}
