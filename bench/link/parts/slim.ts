/** SLIM, for comparison: what its bindings do as they come, through a node of its own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Figure, median } from '../../lib/figures.ts';
import type { Latencies } from '../load.ts';
import type { Pairs } from '../pairs.ts';
import { PAYLOAD_BYTES } from '../warm-up.ts';

const ROUNDS = 3;
const ROUND_MS = 1_000;

/** With more calls in flight some answers never came (2.0.0-alpha.5), so there is one; and no wait is for ever. */
const PATIENCE_MS = 30_000;

export async function slim(pairs: Pairs, note: (text: string) => void): Promise<Figure[]> {
  note('slim: request and reply');
  const about = { name: 'slim_p50_1_ms', unit: 'ms', better: 'lower' } as const;
  try {
    return [{ ...about, value: await p50Ms(pairs) }];
  } catch (error) {
    return [{ ...about, value: null, reason: (error as Error).message }];
  }
}

async function p50Ms(pairs: Pairs): Promise<number> {
  const pair = await pairs.get('slim');
  const found: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const latencies = await Promise.race([pair.latencies(PAYLOAD_BYTES, ROUND_MS), patience()]);
    found.push(latencies.p50Ms);
  }
  return median(found);
}

async function patience(): Promise<Latencies> {
  await sleep(PATIENCE_MS, undefined, { ref: false });
  throw new Error(`no answer in ${PATIENCE_MS / 1_000} s`);
}
