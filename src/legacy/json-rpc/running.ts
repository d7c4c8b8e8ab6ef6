import type { ConnectError } from '@connectrpc/connect';
import type { Credit } from './credit.ts';
import type { Requests } from './requests.ts';

/** One call or stream that is under way on a WebSocket. */
export class Running {
  #abort: AbortController | undefined;
  #stopped: ConnectError | undefined;
  #cancel: ((error: ConnectError) => void) | undefined;
  /** What the caller takes; of streams of answers. */
  credit: Credit | undefined;
  /** What the caller sends; of streams of requests. */
  requests: Requests | undefined;

  /** Aborts when it is stopped. Made when first read: most calls need none. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#stopped) this.#abort.abort(this.#stopped);
    }
    return this.#abort.signal;
  }

  /** Calls `cancel` when it is stopped. */
  onStop(cancel: (error: ConnectError) => void): void {
    this.#cancel = cancel;
  }

  /** Ends it; the caller hears `error`. */
  stop(error: ConnectError): void {
    this.#stopped ??= error;
    this.#abort?.abort(error);
    this.#cancel?.(error);
    this.credit?.fail(error);
  }
}
