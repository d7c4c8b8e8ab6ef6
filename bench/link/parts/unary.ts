/** Unary calls: the link against all others. */
import { alternate, ratio } from '../../lib/alternate.ts';
import { type Figure, median } from '../../lib/figures.ts';
import type { ContenderName } from '../contenders.ts';
import type { Pair, Pairs } from '../pairs.ts';
import { PAYLOAD_BYTES, warmUp } from '../warm-up.ts';

const ROUNDS = 7;
const ROUND_MS = 600;
const MANY = 256;
const SOME = 32;

/** The name in figures, and what the link must reach against it. */
interface Rival {
  readonly name: string;
  readonly contender: ContenderName;
  readonly target: number;
}

const rivals: readonly Rival[] = [
  { name: 'connect', contender: 'connect', target: 20 },
  { name: 'grpc', contender: 'grpc', target: 8 },
  { name: 'nats', contender: 'nats', target: 3 },
  { name: 'floor', contender: 'floor', target: 0.6 },
  { name: 'json_rpc', contender: 'jsonRpc', target: 0.6 },
];

export async function unary(pairs: Pairs, note: (text: string) => void): Promise<Figure[]> {
  const link = await warmUp(pairs, 'link', MANY);
  const figures: Figure[] = [];
  const linkRates: number[] = [];
  for (const rival of rivals) {
    note(`unary: the link against ${rival.contender}`);
    const pair = await warmUp(pairs, rival.contender, MANY).catch((error: Error) => error.message);
    if (typeof pair === 'string') {
      figures.push(...unmeasured(rival, pair));
      continue;
    }
    const rates = await race(link, pair, MANY);
    linkRates.push(...rates.link);
    figures.push(rateFigure(rival.name, MANY, rates.rival), ratioFigure(rival.name, MANY, rates, rival.target));
  }
  return [
    rateFigure('link', MANY, linkRates),
    ...figures,
    ...(await someInFlight(pairs)),
    ...(await oneInFlight(pairs)),
  ];
}

async function someInFlight(pairs: Pairs): Promise<Figure[]> {
  const rates = await race(await pairs.get('link'), await pairs.get('floor'), SOME);
  return [
    rateFigure('link', SOME, rates.link),
    rateFigure('floor', SOME, rates.rival),
    ratioFigure('floor', SOME, rates, 0.5),
  ];
}

async function oneInFlight(pairs: Pairs): Promise<Figure[]> {
  const [link, ws] = [await pairs.get('link'), await pairs.get('jsonRpc')];
  const p50 = async (pair: Pair) => (await pair.latencies(PAYLOAD_BYTES, ROUND_MS)).p50Ms;
  const rounds = await alternate(ROUNDS, { link: () => p50(link), ws: () => p50(ws) });
  return [
    { name: 'link_p50_1_ms', value: median(rounds.link), unit: 'ms', better: 'lower' },
    { name: 'json_rpc_p50_1_ms', value: median(rounds.ws), unit: 'ms', better: 'lower' },
    {
      name: 'link_p50_1_against_json_rpc',
      value: ratio(rounds.link, rounds.ws),
      unit: '×',
      target: 2,
      better: 'lower',
    },
  ];
}

function race(link: Pair, rival: Pair, inFlight: number) {
  return alternate(ROUNDS, {
    link: () => link.callRate(PAYLOAD_BYTES, inFlight, ROUND_MS),
    rival: () => rival.callRate(PAYLOAD_BYTES, inFlight, ROUND_MS),
  });
}

function rateFigure(name: string, inFlight: number, rates: readonly number[]): Figure {
  return { name: `${name}_calls_${inFlight}_per_second`, value: median(rates), unit: '/s', better: 'higher' };
}

function ratioFigure(
  name: string,
  inFlight: number,
  rates: { link: readonly number[]; rival: readonly number[] },
  target: number,
): Figure {
  return {
    name: `link_calls_${inFlight}_against_${name}`,
    value: ratio(rates.link, rates.rival),
    unit: '×',
    target,
    better: 'higher',
  };
}

function unmeasured({ name, target }: Rival, reason: string): Figure[] {
  const none = { value: null, reason, better: 'higher' } as const;
  return [
    { ...none, name: `${name}_calls_${MANY}_per_second`, unit: '/s' },
    { ...none, name: `link_calls_${MANY}_against_${name}`, unit: '×', target },
  ];
}
