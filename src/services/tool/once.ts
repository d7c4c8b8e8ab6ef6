/**
 * At most once: a call with a request id runs one time for its principal, however often it is asked for.
 *
 * The intent is on disk before the tool runs. While the call runs, a second ask joins it; after it ended, a second
 * ask gets the kept answer, be it a result or an error. An intent without an answer (the node crashed, or the answer
 * was dropped) is answered "outcome unknown", never with a second run. An id that comes again with another request is
 * refused.
 */
import { Code } from '@connectrpc/connect';
import type { CallToolResponse } from '../../../gen/towline/v1/tool_service_pb.ts';
import type { Cancellation } from '../../base/cancellation.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { failure } from '../../rpc/failure.ts';
import { AnswerCache, type Outcome } from './answers.ts';
import { type Intents, rememberMs } from './intents.ts';
import { type CallSource, RunningCall } from './running-call.ts';

const purgeEveryMs = 60_000;

/** What tells a call from every other. */
export interface CallId {
  /** The principal and its request id. */
  readonly key: string;
  /** Of what is asked: see `digestOf`. */
  readonly digest: string;
}

export class OnceOnly {
  readonly #intents: Intents;
  /** By key. No `Map`: see `IntMap` for what the tables of one hold on to. */
  readonly #running: Record<string, RunningCall | undefined> = Object.create(null);
  readonly #answers = new AnswerCache(rememberMs);
  readonly #purge: NodeJS.Timeout;

  constructor(intents: Intents, log: Log) {
    this.#intents = intents;
    const tidy = () =>
      this.tidy().catch((error: unknown) => log.error('old intents stay', { error: messageOf(error) }));
    this.#purge = setInterval(() => void tidy(), purgeEveryMs).unref();
  }

  /** Renews what runs and forgets what is old. Every minute. */
  async tidy(): Promise<void> {
    await Promise.all(this.#calls().map(([key, { digest }]) => this.#intents.renew(key, digest)));
    await this.#intents.purge();
  }

  /**
   * Runs `source` for `id`, or gives what became of it. `cancellation` is the asker's: the run ends with its last asker.
   * Throws `REQUEST_ID_REUSED`.
   */
  run(id: CallId, cancellation: Cancellation, source: CallSource): AsyncIterable<CallToolResponse> {
    const kept = this.#answers.get(id.key);
    const running = this.#running[id.key];
    const known = kept ?? running;
    if (known && known.digest !== id.digest) throw requestIdReused();
    if (kept) return replay(kept.outcome);
    return (running ?? this.#begin(id, source)).join(cancellation);
  }

  /** Whether a call with this key runs, or its answer is kept: asked again, it was let through before. */
  holds(key: string): boolean {
    return this.#answers.get(key) !== undefined || this.#running[key] !== undefined;
  }

  /** Whether a call with this key was begun, by this process or one before it. */
  async knows(key: string): Promise<boolean> {
    return (await this.#intents.find(key)) !== undefined;
  }

  #calls(): [string, RunningCall][] {
    return Object.entries(this.#running).filter((entry): entry is [string, RunningCall] => entry[1] !== undefined);
  }

  #begin(id: CallId, source: CallSource): RunningCall {
    const call = new RunningCall(id.digest, source);
    this.#running[id.key] = call;
    void this.#carryOut(id, call);
    return call;
  }

  async #carryOut(id: CallId, call: RunningCall): Promise<void> {
    try {
      await this.#record(id);
    } catch (error) {
      delete this.#running[id.key];
      call.fail(error);
      return;
    }
    const outcome = await outcomeOf(call);
    delete this.#running[id.key];
    if (outcome === undefined) return call.finish();
    // A run that was given up may have had its effect all the same.
    if (!call.isAborted) this.#answers.put(id.key, id.digest, outcome);
    if ('error' in outcome) call.fail(outcome.error);
    else call.finish();
  }

  /** Writes the intent. Throws if there is one: nobody knows how that call ended. */
  async #record({ key, digest }: CallId): Promise<void> {
    const known = await this.#intents.record(key, digest);
    if (known) throw known.digest === digest ? outcomeUnknown() : requestIdReused();
  }

  close(): void {
    clearInterval(this.#purge);
    for (const [, call] of this.#calls()) call.abort();
  }
}

/** How the call ended; `undefined` if it gave no result and no error. */
async function outcomeOf(call: RunningCall): Promise<Outcome | undefined> {
  try {
    const result = await call.run();
    return result && { result };
  } catch (error) {
    return { error };
  }
}

async function* replay(outcome: Outcome): AsyncGenerator<CallToolResponse> {
  if ('error' in outcome) throw outcome.error;
  yield outcome.result;
}

/** The failure of a call that was begun, and whose answer nobody has. */
export function outcomeUnknown() {
  return failure(Code.Aborted, 'OUTCOME_UNKNOWN', 'the tool may have run, but its answer was lost', {
    permanent: true,
    help: 'look at what the tool would have changed before you call it again',
  });
}

function requestIdReused() {
  return failure(Code.InvalidArgument, 'REQUEST_ID_REUSED', 'another call had this request id before', {
    permanent: true,
    help: 'give each call an id of its own; only a retry of the very same call repeats it',
  });
}
