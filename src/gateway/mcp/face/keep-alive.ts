/** One timer for all answers that are still to come: one for each would cost more than the answer. */

/** Proxies and clients give up on silence after 30 s or more. */
const keepAliveMs = 10_000;

/** Somebody who must not be silent for long. */
export interface Waiting {
  /** Says that something is still to come. */
  stillHere(): void;
}

const waiting = new Set<Waiting>();
let timer: NodeJS.Timeout | undefined;

/** Calls `stillHere` every ten seconds, the first time at most ten seconds from now. */
export function keepAlive(one: Waiting): void {
  waiting.add(one);
  timer ??= setInterval(remind, keepAliveMs).unref();
}

export function letBe(one: Waiting): void {
  waiting.delete(one);
}

/** The timer ends with the first look that finds nobody. */
function remind(): void {
  for (const one of waiting) one.stillHere();
  if (waiting.size > 0) return;
  clearInterval(timer);
  timer = undefined;
}
