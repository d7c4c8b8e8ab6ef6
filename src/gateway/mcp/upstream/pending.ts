/** A request that waits for its answer. */
import type { Cancellation } from '../../../base/cancellation.ts';
import type { RpcNotification } from '../wire.ts';

export interface RequestOptions {
  /** What the `Mcp-Name` header says. */
  readonly name?: string;
  /** Further headers of a modern HTTP request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long it may go without an answer or progress. If absent, for ever. */
  readonly timeoutMs?: number;
  readonly cancellation?: Cancellation;
  /** Gets the progress of this request, and log messages that can only be its own; in order, before the answer. */
  readonly onNotification?: (notification: RpcNotification) => void;
}

/** Owns the timer of one request; `settle` and `fail` end it. */
export class PendingRequest {
  readonly id: number;
  readonly options: RequestOptions;
  readonly answer: Promise<string>;
  readonly #resolve: (result: string) => void;
  readonly #reject: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(id: number, options: RequestOptions, give: { timeout(): void; abort(reason: unknown): void }) {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.id = id;
    this.options = options;
    this.answer = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = options.timeoutMs === undefined ? undefined : setTimeout(give.timeout, options.timeoutMs);
    options.cancellation?.onCancel(give.abort);
  }

  /** Starts the time for silence again. */
  touch(): void {
    this.#timer?.refresh();
  }

  settle(result: string): void {
    clearTimeout(this.#timer);
    this.#resolve(result);
  }

  fail(error: unknown): void {
    clearTimeout(this.#timer);
    this.#reject(error);
  }
}
