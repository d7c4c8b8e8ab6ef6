/** Small calls while one stream of large messages takes all that the link can carry. */
import { alternate } from '../../lib/alternate.ts';
import { type Figure, median } from '../../lib/figures.ts';
import type { Pairs } from '../pairs.ts';
import { PAYLOAD_BYTES } from '../warm-up.ts';

const ROUNDS = 7;
const ROUND_MS = 1_000;
const WARM_UP_MS = 1_500;
const BULK_BYTES = 2 ** 20;
const BULK_COUNT = 32;

/** A call every so often, whether or not the last was answered. */
const EVERY_MS = 2;

export async function fairness(pairs: Pairs, note: (text: string) => void): Promise<Figure[]> {
  note('fairness: small calls beside bulk');
  const link = await pairs.get('link');
  const p99Ms: number[] = [];
  const alone = (ms: number) => link.readRate(BULK_BYTES, BULK_COUNT, ms);
  const beside = async () => {
    const small = link.paced(PAYLOAD_BYTES, EVERY_MS, ROUND_MS);
    const rate = await alone(ROUND_MS);
    p99Ms.push((await small).p99Ms);
    return rate;
  };
  await alone(WARM_UP_MS);
  const rates = await alternate(ROUNDS, { alone: () => alone(ROUND_MS), beside });
  const kept = median(rates.beside.map((rate, round) => rate / (rates.alone[round] ?? Number.NaN)));
  return [
    { name: 'small_p99_beside_bulk_ms', value: median(p99Ms), unit: 'ms', target: 20, better: 'lower' },
    { name: 'bulk_kept_beside_small', value: kept, unit: '×', target: 0.7, better: 'higher' },
  ];
}
