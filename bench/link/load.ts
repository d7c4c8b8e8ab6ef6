/** How fast something answers. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from './contender.ts';

/**
 * Keeps `inFlight` calls under way for so long. Gives answers per second. Calls that fail are not counted: Connect over
 * HTTP/2 loses a connection now and then, with all that is in flight on it. Rejects when that is more than an accident.
 */
export async function callRate(call: Call, inFlight: number, ms: number): Promise<number> {
  let answered = 0;
  let failed = 0;
  let isOver = false;
  const caller = async () => {
    while (!isOver) {
      try {
        await call();
        answered++;
      } catch (error) {
        if (++failed > 2 * inFlight) throw error;
      }
    }
  };
  const started = performance.now();
  setTimeout(() => {
    isOver = true;
  }, ms);
  await Promise.all(Array.from({ length: inFlight }, caller));
  return answered / seconds(started);
}

export interface Latencies {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** One call after the other, for so long. */
export async function latencies(call: Call, ms: number): Promise<Latencies> {
  const took: number[] = [];
  for (const end = performance.now() + ms; performance.now() < end; ) took.push(await timed(call));
  return latenciesOf(took);
}

/** A call every `everyMs`, whether or not the last was answered, for so long. */
export async function paced(call: Call, everyMs: number, ms: number): Promise<Latencies> {
  const calls: Promise<number>[] = [];
  const timer = setInterval(() => calls.push(timed(call)), everyMs);
  await sleep(ms);
  clearInterval(timer);
  return latenciesOf(await Promise.all(calls));
}

async function timed(call: Call): Promise<number> {
  const started = performance.now();
  await call();
  return performance.now() - started;
}

function latenciesOf(tookMs: readonly number[]): Latencies {
  const sorted = [...tookMs].sort((a, b) => a - b);
  return { p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99) };
}

/** Messages per second, of one stream of `count` messages after the other, for so long. */
export async function readRate(read: (count: number) => Promise<void>, count: number, ms: number): Promise<number> {
  let messages = 0;
  const started = performance.now();
  for (; performance.now() < started + ms; messages += count) await read(count);
  return messages / seconds(started);
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

function seconds(startedMs: number): number {
  return (performance.now() - startedMs) / 1_000;
}
