/** A request that waits for its answer. */
import type { RpcNotification } from '../wire.ts';

export interface RequestOptions {
  /** What the `Mcp-Name` header says. */
  readonly name?: string;
  /** Further headers of a modern HTTP request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long it may go without an answer or progress. If absent, for ever. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Gets the progress of this request, and log messages that can only be its own; in order, before the answer. */
  readonly onNotification?: (notification: RpcNotification) => void;
}

/** Owns the timer and the abort listener of one request; `settle` and `fail` release both, once. */
export class PendingRequest {
  readonly id: number;
  readonly options: RequestOptions;
  readonly answer: Promise<string>;
  readonly #resolve: (result: string) => void;
  readonly #reject: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #onAbort: () => void;

  constructor(id: number, options: RequestOptions, give: { timeout(): void; abort(reason: unknown): void }) {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.id = id;
    this.options = options;
    this.answer = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = options.timeoutMs === undefined ? undefined : setTimeout(give.timeout, options.timeoutMs);
    this.#onAbort = () => give.abort(options.signal?.reason);
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Starts the time for silence again. */
  touch(): void {
    this.#timer?.refresh();
  }

  settle(result: string): void {
    this.#release();
    this.#resolve(result);
  }

  fail(error: unknown): void {
    this.#release();
    this.#reject(error);
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.options.signal?.removeEventListener('abort', this.#onAbort);
  }
}
