/** The requests of one connection or session that are not answered yet. */
import { Cancellation } from '../../../base/cancellation.ts';
import { jsonMembers } from '../../../base/json-text.ts';
import { type RpcRequest, rpcCode } from '../wire.ts';
import { Refusal } from './reply.ts';

/** A client that has more open requests than this does not wait for answers. */
const maxInFlight = 1_024;

export class InFlight {
  readonly #running = new Map<string, { readonly method: string; readonly cancellation: Cancellation }>();

  get size(): number {
    return this.#running.size;
  }

  /** What ends the request early. Throws a `Refusal` for an id that is in use, or one request too many. */
  begin({ id, method }: RpcRequest): Cancellation {
    if (this.#running.has(id)) throw new Refusal(rpcCode.invalidRequest, `The id ${id} is in use`, { httpStatus: 400 });
    if (this.#running.size >= maxInFlight) throw new Refusal(rpcCode.internal, 'Too many requests at once');
    const cancellation = new Cancellation();
    this.#running.set(id, { method, cancellation });
    return cancellation;
  }

  end(id: string): void {
    this.#running.delete(id);
  }

  /** Does what `notifications/cancelled` asks. Requests that have ended are none of its business. */
  cancel(params: string | undefined): void {
    const id = params?.startsWith('{') ? jsonMembers(params).get('requestId') : undefined;
    if (id !== undefined) this.#running.get(id)?.cancellation.cancel();
  }

  /** Ends all, or all of one method. */
  abortAll(method?: string): void {
    for (const request of this.#running.values()) {
      if (method === undefined || request.method === method) request.cancellation.cancel();
    }
  }
}
