/** Which name means which method. Nothing is listed by hand: the schema and the registry say what there is. */
import type { DescMethod, DescMethodStreaming, DescMethodUnary } from '@bufbuild/protobuf';
import { files } from '../../../gen/files.ts';
import { methodName, type ServiceRegistry } from '../../rpc/registry.ts';

/** A descriptor that tells its kinds apart; every `DescMethod` is one. */
export type Method = DescMethodUnary | DescMethodStreaming;

/** Methods of the schema that no registry has to have: links are opened below it. They answer `unimplemented`. */
const described = files.flatMap((file) => file.services.flatMap((service) => service.methods as Method[]));

export class MethodTable {
  readonly #registry: ServiceRegistry;
  #revision = -1;
  #byName: ReadonlyMap<string, Method> = new Map();

  constructor(registry: ServiceRegistry) {
    this.#registry = registry;
  }

  /** By "towline.v1.ToolService/ListTools" or "ToolService.ListTools". */
  find(name: string): Method | undefined {
    if (this.#revision !== this.#registry.revision) {
      this.#byName = namesOf([...this.served(), ...described]);
      this.#revision = this.#registry.revision;
    }
    return this.#byName.get(name);
  }

  /** Grows whenever methods come or go. */
  get revision(): number {
    return this.#registry.revision;
  }

  /** What can be called here. */
  served(): Method[] {
    return this.#registry.methods().map(({ method }) => method as Method);
  }
}

/** "ToolService.ListTools". */
export function shortName(method: DescMethod): string {
  return `${method.parent.name}.${method.name}`;
}

/** Full names, and short ones where they mean one method alone. The first of two with the same full name counts. */
function namesOf(methods: readonly Method[]): Map<string, Method> {
  const names = new Map<string, Method>();
  const short = new Map<string, Method | undefined>();
  for (const method of methods) {
    if (names.has(methodName(method))) continue;
    names.set(methodName(method), method);
    short.set(shortName(method), short.has(shortName(method)) ? undefined : method);
  }
  for (const [name, method] of short) if (method) names.set(name, method);
  return names;
}
