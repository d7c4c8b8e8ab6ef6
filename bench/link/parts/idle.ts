/** What a link weighs that nobody uses. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Figure } from '../../lib/figures.ts';
import type { Pairs } from '../pairs.ts';

/** Before it is weighed for the first time: code and pools that a node has anyway are there then. */
const FIRST_LINKS = 50;
const LINKS = 1_000;
const SETTLE_MS = 1_000;

export async function idle(pairs: Pairs, note: (text: string) => void): Promise<Figure[]> {
  note(`idle: ${LINKS} links into one process`);
  const { server, client, address } = await pairs.fresh('link');
  const weighed = async (count: number) => {
    await client.ask('dialMany', { address, count });
    await sleep(SETTLE_MS);
    return server.ask<number>('weigh');
  };
  const before = await weighed(FIRST_LINKS);
  const after = await weighed(LINKS);
  const value = (after - before) / 1_000 / LINKS;
  return [{ name: 'idle_link_rss_kb', value, unit: 'KB', target: 100, better: 'lower' }];
}
