import type { ConnectError } from '@connectrpc/connect';
import type { Credit } from './credit.ts';
import type { Requests } from './requests.ts';

/** One call or stream that is under way on a WebSocket. */
export class Running {
  readonly #abort = new AbortController();
  /** What the caller takes; of streams of answers. */
  credit: Credit | undefined;
  /** What the caller sends; of streams of requests. */
  requests: Requests | undefined;

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Ends it; the caller hears `error`. */
  stop(error: ConnectError): void {
    this.#abort.abort(error);
    this.credit?.fail(error);
  }
}
