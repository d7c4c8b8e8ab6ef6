import type { CallToolResponse } from '../../../gen/towline/v1/tool_service_pb.ts';
import { AsyncQueue } from '../../base/async-queue.ts';
import { reasonOf } from '../../rpc/failure.ts';

/** Starts the call at its tool. */
export type CallSource = (signal: AbortSignal) => AsyncIterable<CallToolResponse>;

/** What an asker that does not read has waiting: progress beyond that is dropped, the result never. */
const maxUnread = 1_024;

/** How long a call whose asker was cut off goes on, so that the asker can come back for the answer. */
const graceMs = 30_000;

/** Somebody who waits for the call. */
interface Asker {
  readonly events: AsyncQueue<CallToolResponse>;
  /** Stops watching the asker's signal. */
  release(): void;
}

/** One run of a tool, and everybody who waits for it. */
export class RunningCall {
  /** Of the request that it answers. */
  readonly digest: string;
  readonly #source: CallSource;
  readonly #stop = new AbortController();
  readonly #askers = new Set<Asker>();
  #grace: NodeJS.Timeout | undefined;
  #result: CallToolResponse | undefined;
  #over = false;

  constructor(digest: string, source: CallSource) {
    this.digest = digest;
    this.#source = source;
  }

  /** What happens from now on, and the result if it is there. A reader that stops, or an aborted signal, leaves. */
  join(signal: AbortSignal): AsyncIterable<CallToolResponse> {
    clearTimeout(this.#grace);
    const leave = () => this.#leave(asker, signal);
    const events = new AsyncQueue<CallToolResponse>(leave);
    const asker = { events, release: () => signal.removeEventListener('abort', leave) };
    if (this.#result) events.push(this.#result);
    this.#askers.add(asker);
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
    return events;
  }

  /** Runs the tool. Resolves to its result, if it gave one; rejects if the call failed. */
  async run(): Promise<CallToolResponse | undefined> {
    this.#stop.signal.throwIfAborted();
    for await (const event of this.#source(this.#stop.signal)) {
      const isResult = event.event.case === 'result';
      if (isResult) this.#result = event;
      for (const { events } of this.#askers) if (isResult || events.size < maxUnread) events.push(event);
    }
    return this.#result;
  }

  /** Everybody who waits has all that there is. */
  finish(): void {
    this.#end((events) => events.end());
  }

  /** The call failed, for everybody who waits. */
  fail(error: unknown): void {
    this.#end((events) => events.fail(error));
  }

  /** Whether it was given up. */
  get isAborted(): boolean {
    return this.#stop.signal.aborted;
  }

  abort(reason?: unknown): void {
    this.#stop.abort(reason);
  }

  #end(tell: (events: AsyncQueue<CallToolResponse>) => void): void {
    this.#over = true;
    clearTimeout(this.#grace);
    for (const { events, release } of this.#askers) {
      release();
      tell(events);
    }
  }

  /** The last asker who leaves ends the run: at once if it gave up, after a pause if its line was cut. */
  #leave(asker: Asker, signal: AbortSignal): void {
    asker.release();
    asker.events.fail(signal.reason);
    if (!this.#askers.delete(asker) || this.#askers.size > 0 || this.#over) return;
    if (signal.aborted && reasonOf(signal.reason) === 'LINK_LOST') {
      this.#grace = setTimeout(() => this.abort(signal.reason), graceMs).unref();
    } else {
      this.abort(signal.reason);
    }
  }
}
