/**
 * At most once: a call with a request id runs one time for its principal, however often it is asked for.
 *
 * The intent is on disk before the tool runs. While the call runs, a second ask joins it; after it ended, a second
 * ask gets the kept answer. An intent without an answer (the node crashed, or the answer was dropped) is answered
 * "outcome unknown", never with a second run.
 */
import { Code } from '@connectrpc/connect';
import type { CallToolResponse } from '../../../gen/towline/v1/tool_service_pb.ts';
import { AsyncQueue } from '../../base/async-queue.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { failure } from '../../rpc/failure.ts';
import type { KeyedTable } from '../../store/store.ts';
import { AnswerCache } from './answers.ts';
import { type CallSource, RunningCall } from './running-call.ts';

/** How long an id is remembered: longer than any caller retries. */
export const rememberMs = 10 * 60_000;
const purgeEveryMs = 60_000;
const purgeBatch = 1_000;

export class OnceOnly {
  readonly #intents: KeyedTable;
  readonly #running = new Map<string, RunningCall>();
  readonly #answers = new AnswerCache(rememberMs);
  readonly #purge: NodeJS.Timeout;

  constructor(intents: KeyedTable, log: Log) {
    this.#intents = intents;
    const purge = () =>
      this.purge().catch((error: unknown) => log.error('old intents stay', { error: messageOf(error) }));
    this.#purge = setInterval(() => void purge(), purgeEveryMs).unref();
  }

  /** Runs `source` for `key`, or gives what became of it. `signal` is the asker's: the run ends with its last asker. */
  async *run(key: string, signal: AbortSignal, source: CallSource): AsyncGenerator<CallToolResponse> {
    const kept = this.#answers.get(key);
    if (kept) {
      yield kept;
      return;
    }
    const call = this.#running.get(key) ?? this.#begin(key, source);
    const events = new AsyncQueue<CallToolResponse>();
    const leave = call.join(events, signal);
    try {
      yield* events;
    } finally {
      leave();
    }
  }

  /** Whether a call with this key was begun, by this process or one before it. */
  async knows(key: string): Promise<boolean> {
    return (await this.#intents.get(key)) !== undefined;
  }

  #begin(key: string, source: CallSource): RunningCall {
    const call = new RunningCall(source);
    this.#running.set(key, call);
    void this.#carryOut(key, call);
    return call;
  }

  async #carryOut(key: string, call: RunningCall): Promise<void> {
    try {
      if ((await this.#intents.put(key, timeBytes(), { ifVersion: 0 })) === undefined) throw outcomeUnknown();
      const answer = await call.run();
      if (answer) this.#answers.put(key, answer);
      this.#running.delete(key);
      call.finish();
    } catch (error) {
      this.#running.delete(key);
      call.fail(error);
    }
  }

  /** Forgets ids that are older than `rememberMs`. */
  async purge(now = Date.now()): Promise<void> {
    let after: string | undefined;
    for (;;) {
      const rows = await this.#intents.list({ limit: purgeBatch, ...(after === undefined ? {} : { after }) });
      const old = rows.filter((row) => now - timeOf(row.value) > rememberMs);
      await Promise.all(old.map((row) => this.#intents.delete(row.key)));
      if (rows.length < purgeBatch) return;
      after = rows.at(-1)?.key;
    }
  }

  close(): void {
    clearInterval(this.#purge);
    for (const call of this.#running.values()) call.abort();
  }
}

/** The failure of a call that was begun, and whose answer nobody has. */
export function outcomeUnknown() {
  return failure(Code.Aborted, 'OUTCOME_UNKNOWN', 'the tool may have run, but its answer was lost', {
    permanent: true,
    help: 'look at what the tool would have changed before you call it again',
  });
}

function timeBytes(): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(Date.now()));
  return bytes;
}

function timeOf(value: Uint8Array): number {
  return Number(Buffer.from(value.buffer, value.byteOffset, 8).readBigUInt64BE());
}
