/** One timer for all answers that are still to come: one for each would cost more than the answer. */
import { IntMap } from '../../../base/int-map.ts';

/** Proxies and clients give up on silence after 30 s or more. */
const keepAliveMs = 10_000;

/** Somebody who must not be silent for long. */
export interface Waiting {
  /** Says that something is still to come. */
  stillHere(): void;
}

const waiting = new IntMap<Waiting>();
let lastId = 0;
let timer: NodeJS.Timeout | undefined;

/** Calls `stillHere` every ten seconds, the first time at most ten seconds from now. Gives what `letBe` needs. */
export function keepAlive(one: Waiting): number {
  waiting.set(++lastId, one);
  timer ??= setInterval(remind, keepAliveMs).unref();
  return lastId;
}

export function letBe(id: number): void {
  waiting.delete(id);
}

/** The timer ends with the first look that finds nobody. */
function remind(): void {
  for (const one of [...waiting.values()]) one.stillHere();
  if (waiting.size > 0) return;
  clearInterval(timer);
  timer = undefined;
}
