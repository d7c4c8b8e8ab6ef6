import type { CallToolResponse } from '../../../gen/towline/v1/tool_service_pb.ts';
import { AsyncQueue } from '../../base/async-queue.ts';
import type { Cancellation } from '../../base/cancellation.ts';
import { reasonOf } from '../../rpc/failure.ts';
import { letGo } from '../../rpc/messages.ts';
import { canceled } from '../../rpc/status.ts';

/** Starts the call at its tool; `return()` gives it up. */
export type CallSource = () => AsyncIterable<CallToolResponse>;

/** What an asker that does not read has waiting: progress beyond that is dropped, the result never. */
const maxUnread = 1_024;

/** How long a call whose asker was cut off goes on, so that the asker can come back for the answer. */
const graceMs = 30_000;

/** Somebody who waits for the call. */
type Asker = AsyncQueue<CallToolResponse>;

/** One run of a tool, and everybody who waits for it. */
export class RunningCall {
  /** Of the request that it answers. */
  readonly digest: string;
  readonly #source: CallSource;
  readonly #askers = new Set<Asker>();
  #grace: NodeJS.Timeout | undefined;
  #answers: AsyncIterator<CallToolResponse> | undefined;
  #result: CallToolResponse | undefined;
  #aborted = false;
  #over = false;

  constructor(digest: string, source: CallSource) {
    this.digest = digest;
    this.#source = source;
  }

  /** What happens from now on, and the result if it is there. A reader that stops, or whose call is over, leaves. */
  join(cancellation: Cancellation): AsyncIterable<CallToolResponse> {
    clearTimeout(this.#grace);
    const asker: Asker = new AsyncQueue(() => this.#leave(asker, undefined));
    if (this.#result) asker.push(this.#result);
    this.#askers.add(asker);
    cancellation.onCancel((reason) => this.#leave(asker, reason));
    return asker;
  }

  /** Runs the tool. Resolves to its result, if it gave one; rejects if the call failed. */
  async run(): Promise<CallToolResponse | undefined> {
    if (this.#aborted) throw canceled('the call was given up before it began');
    this.#answers = this.#source()[Symbol.asyncIterator]();
    for (let next = await this.#answers.next(); !next.done; next = await this.#answers.next()) {
      const isResult = next.value.event.case === 'result';
      if (isResult) this.#result = next.value;
      for (const asker of this.#askers) if (isResult || asker.size < maxUnread) asker.push(next.value);
    }
    return this.#result;
  }

  /** Everybody who waits has all that there is. */
  finish(): void {
    this.#end((asker) => asker.end());
  }

  /** The call failed, for everybody who waits. */
  fail(error: unknown): void {
    this.#end((asker) => asker.fail(error));
  }

  /** Whether it was given up. */
  get isAborted(): boolean {
    return this.#aborted;
  }

  abort(): void {
    this.#aborted = true;
    if (this.#answers) letGo(this.#answers);
  }

  #end(tell: (asker: Asker) => void): void {
    this.#over = true;
    clearTimeout(this.#grace);
    for (const asker of this.#askers) tell(asker);
  }

  /** The last asker who leaves ends the run: at once if it gave up, after a pause if its line was cut. */
  #leave(asker: Asker, reason: unknown): void {
    asker.fail(reason);
    if (!this.#askers.delete(asker) || this.#askers.size > 0 || this.#over) return;
    if (reasonOf(reason) === 'LINK_LOST') this.#grace = setTimeout(() => this.abort(), graceMs).unref();
    else this.abort();
  }
}
