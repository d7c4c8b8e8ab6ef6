/** Words that are never lost: how fast they are on the disk, and what a long history costs. One file a part. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Figure, type SuiteResult, suiteResult } from '../lib/figures.ts';
import type { SuiteOptions } from '../lib/suite.ts';
import { channel } from './parts/channel.ts';
import { fanout } from './parts/fanout.ts';
import { mail } from './parts/mail.ts';
import { start } from './parts/start.ts';
import { store } from './parts/store.ts';
import { subscribers } from './parts/subscribers.ts';

/** Measures in `scratch`, a folder on a disk, which is gone afterwards. */
type Part = (scratch: string, note: (text: string) => void) => Promise<Figure[]>;

const parts: Readonly<Record<string, Part>> = { store, start, channel, fanout, subscribers, mail };

export async function run(note: (text: string) => void, { only }: SuiteOptions): Promise<SuiteResult> {
  const chosen = Object.keys(parts).filter((name) => only === undefined || name === only);
  if (chosen.length === 0) throw new Error(`--only takes one of ${Object.keys(parts).join(', ')}`);
  const figures: Figure[] = [];
  for (const name of chosen) {
    const scratch = await mkdtemp(join(tmpdir(), 'towline-bench-'));
    try {
      figures.push(...((await parts[name]?.(scratch, note)) ?? []));
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
  return suiteResult('messages', figures);
}
