/**
 * How many bytes of letters of each agent of this node wait in the outboxes. Asked about agents that have a quota; as long
 * as there are none, nothing is counted. It is at least as much as there is: what was delivered since is seen at the next
 * count, which is made when somebody seems to have too much.
 */
import { fromBinary } from '@bufbuild/protobuf';
import { OutboxRecordSchema } from '../../../gen/towline/v1/mail_record_pb.ts';
import type { Store } from '../../store/store.ts';
import { readLetter } from './envelope.ts';
import { InTurn } from './in-turn.ts';
import { OUTBOXES } from './keys.ts';
import { RECOUNT_MS } from './limits.ts';
import { tooMuchWaiting } from './problems.ts';

export class WaitingBytes {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #turn = new InTurn();
  /** By agent, as of the last count, and what came since. */
  #byAgent = new Map<string, number>();
  #isCounted = false;
  #countedMs = 0;
  /** Accepted, and perhaps not on the disk yet: a count may miss it. */
  readonly #writing = new Map<string, number>();

  /** `now` in milliseconds from any beginning. */
  constructor(store: Store, now: () => number = () => performance.now()) {
    this.#store = store;
    this.#now = now;
  }

  /** Takes so much of the agent's quota. Throws QUOTA_EXCEEDED. Disposed of when the letters are written, or are not. */
  take(agent: string, bytes: number, quota: number): Promise<Disposable> {
    return this.#turn.run(async () => {
      const isTooMuch = () => (this.#byAgent.get(agent) ?? 0) + bytes > quota;
      const isStale = this.#now() - this.#countedMs >= RECOUNT_MS;
      if (!this.#isCounted || (isStale && isTooMuch())) await this.#count();
      if (isTooMuch()) throw tooMuchWaiting(quota);
      add(this.#byAgent, agent, bytes);
      add(this.#writing, agent, bytes);
      return { [Symbol.dispose]: () => add(this.#writing, agent, -bytes) };
    });
  }

  async #count(): Promise<void> {
    const byAgent = new Map(this.#writing);
    for (const name of await this.#store.logs(OUTBOXES)) {
      const log = this.#store.log(name);
      for (let after = 0; ; ) {
        const entries = await log.read({ after });
        for (const { value } of entries) {
          const { letter, isReceipt } = fromBinary(OutboxRecordSchema, value);
          const content = isReceipt ? undefined : readLetter(letter).content;
          if (content?.case === 'words') add(byAgent, content.value.fromAgent, letter.length);
        }
        const last = entries.at(-1);
        if (!last) break;
        after = last.cursor;
      }
    }
    this.#byAgent = byAgent;
    this.#isCounted = true;
    this.#countedMs = this.#now();
  }
}

function add(bytes: Map<string, number>, agent: string, more: number): void {
  const sum = (bytes.get(agent) ?? 0) + more;
  if (sum > 0) bytes.set(agent, sum);
  else bytes.delete(agent);
}
