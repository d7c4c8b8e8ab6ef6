import type { CallToolResponse } from '../../../gen/towline/v1/tool_service_pb.ts';
import type { AsyncQueue } from '../../base/async-queue.ts';
import { reasonOf } from '../../rpc/failure.ts';

/** Starts the call at its tool. */
export type CallSource = (signal: AbortSignal) => AsyncIterable<CallToolResponse>;

/** What an asker that does not read has waiting: progress beyond that is dropped, the result never. */
const maxUnread = 1_024;

/** How long a call whose asker was cut off goes on, so that the asker can come back for the answer. */
const graceMs = 30_000;

/** One run of a tool, and everybody who waits for it. */
export class RunningCall {
  readonly #source: CallSource;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<AsyncQueue<CallToolResponse>>();
  #grace: NodeJS.Timeout | undefined;
  #result: CallToolResponse | undefined;
  #over = false;

  constructor(source: CallSource) {
    this.#source = source;
  }

  /** Sends further events to `listener`. The asker calls what is returned when it wants no more. */
  join(listener: AsyncQueue<CallToolResponse>, signal: AbortSignal): () => void {
    clearTimeout(this.#grace);
    if (this.#result) listener.push(this.#result);
    this.#listeners.add(listener);
    const left = () => {
      listener.fail(signal.reason);
      this.#leave(listener, signal);
    };
    signal.addEventListener('abort', left);
    if (signal.aborted) left();
    return () => {
      signal.removeEventListener('abort', left);
      this.#leave(listener, signal);
    };
  }

  /** Runs the tool. Resolves to its result, if it gave one; rejects if the call failed. */
  async run(): Promise<CallToolResponse | undefined> {
    this.#stop.signal.throwIfAborted();
    for await (const event of this.#source(this.#stop.signal)) {
      const isResult = event.event.case === 'result';
      if (isResult) this.#result = event;
      for (const listener of this.#listeners) if (isResult || listener.size < maxUnread) listener.push(event);
    }
    return this.#result;
  }

  /** Everybody who waits has all that there is. */
  finish(): void {
    this.#over = true;
    clearTimeout(this.#grace);
    for (const listener of this.#listeners) listener.end();
  }

  /** The call failed, for everybody who waits. */
  fail(error: unknown): void {
    this.#over = true;
    clearTimeout(this.#grace);
    for (const listener of this.#listeners) listener.fail(error);
  }

  abort(reason?: unknown): void {
    this.#stop.abort(reason);
  }

  /** The last asker who leaves ends the run: at once if it gave up, after a pause if its line was cut. */
  #leave(listener: AsyncQueue<CallToolResponse>, signal: AbortSignal): void {
    if (!this.#listeners.delete(listener) || this.#listeners.size > 0 || this.#over) return;
    if (signal.aborted && reasonOf(signal.reason) === 'LINK_LOST') {
      this.#grace = setTimeout(() => this.abort(signal.reason), graceMs).unref();
    } else {
      this.abort(signal.reason);
    }
  }
}
