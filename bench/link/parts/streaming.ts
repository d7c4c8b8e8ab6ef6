/** Server streaming: small messages against Connect, large ones against the bare socket. */
import { alternate, ratio } from '../../lib/alternate.ts';
import { type Figure, median } from '../../lib/figures.ts';
import type { Pair, Pairs } from '../pairs.ts';
import { PAYLOAD_BYTES } from '../warm-up.ts';

const ROUNDS = 7;
const ROUND_MS = 600;
const WARM_UP_MS = 1_500;

/** Messages of one stream. */
const SMALL_COUNT = 10_000;

const BULK_BYTES = 2 ** 20;
const BULK_COUNT = 32;

export async function streaming(pairs: Pairs, note: (text: string) => void): Promise<Figure[]> {
  note('streaming: the link against connect');
  const [link, connect] = [await pairs.get('link'), await pairs.get('connect')];
  const read = (pair: Pair, ms: number) => pair.readRate(PAYLOAD_BYTES, SMALL_COUNT, ms);
  for (const pair of [link, connect]) await read(pair, WARM_UP_MS);
  const rates = await alternate(ROUNDS, { link: () => read(link, ROUND_MS), connect: () => read(connect, ROUND_MS) });
  return [
    { name: 'link_stream_messages_per_second', value: median(rates.link), unit: '/s', better: 'higher' },
    { name: 'connect_stream_messages_per_second', value: median(rates.connect), unit: '/s', better: 'higher' },
    {
      name: 'link_stream_against_connect',
      value: ratio(rates.link, rates.connect),
      unit: '×',
      target: 5,
      better: 'higher',
    },
  ];
}

export async function bulk(pairs: Pairs, note: (text: string) => void): Promise<Figure[]> {
  note('bulk: the link against a pipe');
  const [link, pipe] = [await pairs.get('link'), await pairs.get('pipe')];
  const megabytes = async (pair: Pair, ms: number) =>
    ((await pair.readRate(BULK_BYTES, BULK_COUNT, ms)) * BULK_BYTES) / 1e6;
  for (const pair of [link, pipe]) await megabytes(pair, WARM_UP_MS);
  const rates = await alternate(ROUNDS, {
    link: () => megabytes(link, ROUND_MS),
    pipe: () => megabytes(pipe, ROUND_MS),
  });
  return [
    { name: 'link_bulk_mb_per_second', value: median(rates.link), unit: 'MB/s', better: 'higher' },
    { name: 'pipe_bulk_mb_per_second', value: median(rates.pipe), unit: 'MB/s', better: 'higher' },
    {
      name: 'link_bulk_against_pipe',
      value: ratio(rates.link, rates.pipe),
      unit: '×',
      target: 0.5,
      better: 'higher',
    },
  ];
}
