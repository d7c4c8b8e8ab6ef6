/**
 * The link against everything that one might use instead, and against what no call can be faster than. Client and server
 * are processes of their own, on loopback; calls are made by generated clients, with an interceptor at each end.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Figure, type SuiteResult, suiteResult } from '../lib/figures.ts';
import type { SuiteOptions } from '../lib/suite.ts';
import { Pairs } from './pairs.ts';
import { fairness } from './parts/fairness.ts';
import { growth } from './parts/growth.ts';
import { idle } from './parts/idle.ts';
import { slim } from './parts/slim.ts';
import { bulk, streaming } from './parts/streaming.ts';
import { unary } from './parts/unary.ts';

type Part = (pairs: Pairs, note: (text: string) => void) => Promise<Figure[]>;

const parts: Readonly<Record<string, Part>> = { unary, streaming, bulk, fairness, idle, slim };

export async function run(note: (text: string) => void, { only, charts }: SuiteOptions): Promise<SuiteResult> {
  const chosen = Object.keys(parts).filter((name) => only === undefined || name === only);
  if (chosen.length === 0) throw new Error(`--only takes one of ${Object.keys(parts).join(', ')}`);
  const scratch = await mkdtemp(join(tmpdir(), 'towline-bench-'));
  try {
    await using pairs = await Pairs.in(scratch);
    const figures: Figure[] = [];
    for (const name of chosen) figures.push(...((await parts[name]?.(pairs, note)) ?? []));
    const result = suiteResult('link', figures);
    if (charts) {
      const { writeCharts } = await import('./charts.ts');
      await writeCharts(await growth(pairs, note), result);
    }
    return result;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
