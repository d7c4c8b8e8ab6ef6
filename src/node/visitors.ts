/** Which connections showed which token or key, so that a revocation ends what they have open. */
import { toHex } from '../base/bytes.ts';
import { callAt } from '../base/call-at.ts';
import type { HttpRequest } from '../rpc/http.ts';
import { type Principal, principalText } from '../rpc/principal.ts';

/** A socket of HTTP/1.1, or a session of HTTP/2: both end what runs on them. */
export interface Connection {
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
}

export class Visitors {
  readonly #connections = new Map<string, Set<Connection>>();
  readonly #known = new WeakMap<Connection, Set<string>>();
  readonly #onVisit: (principal: Principal) => void;

  /** `onVisit` is told who shows itself on a connection, once for each. */
  constructor(onVisit: (principal: Principal) => void = () => undefined) {
    this.#onVisit = onVisit;
  }

  /** The connection belongs to whoever sent a request on it, and ends with its token. */
  note(principal: Principal, connection: Connection): void {
    this.#greet(principal, connection);
    const key = keyOf(principal);
    if (key === undefined) return;
    const own = this.#connections.get(key) ?? new Set();
    if (own.has(connection)) return;
    this.#connections.set(key, own.add(connection));
    const stop = callAt(principal.expireMs ?? Number.POSITIVE_INFINITY, () => connection.destroy());
    connection.once('close', () => {
      stop();
      own.delete(connection);
      if (own.size === 0 && this.#connections.get(key) === own) this.#connections.delete(key);
    });
  }

  #greet(principal: Principal, connection: Connection): void {
    if (principal.kind === 'stranger') return;
    const name = principalText(principal);
    const known = this.#known.get(connection) ?? new Set();
    if (known.has(name)) return;
    this.#known.set(connection, known.add(name));
    this.#onVisit(principal);
  }

  /** Ends every connection that showed this token id or node id. Others that share it connect again. */
  end(id: Uint8Array): void {
    for (const connection of this.#connections.get(toHex(id)) ?? []) connection.destroy();
  }
}

function keyOf({ tokenId, nodeId }: Principal): string | undefined {
  return tokenId ?? (nodeId && toHex(nodeId));
}

/** What a request came on; nothing if that is gone already. */
export function connectionOf(request: HttpRequest): Connection | undefined {
  return 'stream' in request ? request.stream.session : request.socket;
}
