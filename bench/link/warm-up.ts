import type { ContenderName } from './contenders.ts';
import type { Pair, Pairs } from './pairs.ts';

/** Of the message of a small call. */
export const PAYLOAD_BYTES = 200;

/** Enough for V8 to have compiled what is hot. */
const WARM_UP_MS = 1_500;

/** Gentle at first: some HTTP/2 servers refuse a flood of streams before both sides have exchanged their settings. */
const GENTLE_MS = 200;

/** The pair of a contender, when it has made calls for a while. */
export async function warmUp(pairs: Pairs, name: ContenderName, inFlight: number): Promise<Pair> {
  const pair = await pairs.get(name);
  await pair.latencies(PAYLOAD_BYTES, GENTLE_MS);
  await pair.callRate(PAYLOAD_BYTES, inFlight, WARM_UP_MS);
  return pair;
}
