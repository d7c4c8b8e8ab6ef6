/** How cost grows with calls in flight, with the payload, and with links. Measured when charts are asked for. */
import { median } from '../../lib/figures.ts';
import type { ContenderName } from '../contenders.ts';
import type { Pair, Pairs } from '../pairs.ts';
import { PAYLOAD_BYTES, warmUp } from '../warm-up.ts';

const ROUNDS = 3;
const ROUND_MS = 400;
const IN_FLIGHT = 256;

/** One line of a chart: a value at each `x`. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, value: number])[];
}

export interface Growth {
  /** Also the name of the chart's file. */
  readonly name: string;
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Line[];
}

const powersOf = (base: number, from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => base ** (from + index));

export async function growth(pairs: Pairs, note: (text: string) => void): Promise<Growth[]> {
  return [await inFlight(pairs, note), await payload(pairs, note), await links(pairs, note)];
}

async function inFlight(pairs: Pairs, note: (text: string) => void): Promise<Growth> {
  note('growth: calls in flight');
  const xs = powersOf(4, 0, 6);
  const rivals = {
    link: 'link',
    floor: 'floor',
    'JSON-RPC over ws': 'jsonRpc',
    gRPC: 'grpc',
    Connect: 'connect',
  } as const;
  const lines = await sweep(pairs, rivals, xs, (pair, x) => pair.callRate(PAYLOAD_BYTES, x, ROUND_MS));
  return { name: 'in-flight', title: 'Calls in flight (200 bytes)', x: 'calls in flight', y: 'calls/s', lines };
}

async function payload(pairs: Pairs, note: (text: string) => void): Promise<Growth> {
  note('growth: payload');
  const xs = powersOf(4, 2, 10);
  const rivals = { link: 'link', floor: 'floor', 'JSON-RPC over ws': 'jsonRpc' } as const;
  const megabytes = async (pair: Pair, x: number) =>
    ((await pair.callRate(x, Math.min(IN_FLIGHT, Math.max(2, 2 ** 22 / x)), ROUND_MS)) * x) / 1e6;
  const lines = await sweep(pairs, rivals, xs, megabytes);
  return {
    name: 'payload',
    title: 'Payload, each way (at most 4 MiB in flight)',
    x: 'bytes',
    y: 'MB/s each way',
    lines,
  };
}

async function links(pairs: Pairs, note: (text: string) => void): Promise<Growth> {
  note('growth: links');
  const pair = await pairs.fresh('link');
  const points: [number, number][] = [];
  for (const x of [1, 10, 100, 1_000]) {
    await pair.client.ask('dialMany', { address: pair.address, count: x });
    await pair.callRate(PAYLOAD_BYTES, IN_FLIGHT, ROUND_MS);
    points.push([x, await medianOf(() => pair.callRate(PAYLOAD_BYTES, IN_FLIGHT, ROUND_MS))]);
  }
  const lines = [{ name: 'link', points }];
  return {
    name: 'links',
    title: 'Links between two processes (256 calls in flight in all)',
    x: 'links',
    y: 'calls/s',
    lines,
  };
}

/** Each rival at each `x`, one after the other at the same `x`. */
async function sweep(
  pairs: Pairs,
  rivals: Readonly<Record<string, ContenderName>>,
  xs: readonly number[],
  measure: (pair: Pair, x: number) => Promise<number>,
): Promise<Line[]> {
  const lines = Object.entries(rivals).map(([name, contender]) => ({
    name,
    contender,
    points: [] as [number, number][],
  }));
  for (const { contender } of lines) await warmUp(pairs, contender, IN_FLIGHT);
  for (const x of xs) {
    for (const { contender, points } of lines) {
      const pair = await pairs.get(contender);
      points.push([x, await medianOf(() => measure(pair, x))]);
    }
  }
  return lines;
}

async function medianOf(measure: () => Promise<number>): Promise<number> {
  const found: number[] = [];
  for (let round = 0; round < ROUNDS; round++) found.push(await measure());
  return median(found);
}
