/** Durable sends to a channel through a link, against what the database can do by itself with the same rows. */
import { join } from 'node:path';
import { alternate, ratio } from '../../lib/alternate.ts';
import { type Figure, median } from '../../lib/figures.ts';
import { startWorker } from '../../lib/worker.ts';
import { HubPair } from '../hub-pair.ts';

const ROUNDS = 5;
const LOAD = { bytes: 200, inFlight: 256, ms: 2_000 };
const BARE = { count: 50_000, inFlight: LOAD.inFlight, valueBytes: LOAD.bytes };

export async function channel(scratch: string, note: (text: string) => void): Promise<Figure[]> {
  note(`channel: ${ROUNDS} rounds of ${LOAD.ms / 1_000} s, ${LOAD.inFlight} sends in flight`);
  await using pair = await HubPair.start(scratch);
  await using bare = startWorker(join(import.meta.dirname, '..', 'appender.ts'));
  const sender = await pair.peers(1);
  await sender.ask('found');
  let file = 0;
  const measures = {
    sends: () => sender.ask<number>('sendRate', LOAD),
    bare: () => bare.ask<number>('bare', { path: join(scratch, `bare-${file++}.db`), ...BARE }),
  };
  await alternate(1, measures); // to warm up
  const found = await alternate(ROUNDS, measures);
  return [
    { name: 'channel_sends_per_second', value: median(found.sends), unit: '/s', target: 40_000, better: 'higher' },
    { name: 'channel_against_bare', value: ratio(found.sends, found.bare), unit: '×', target: 0.4, better: 'higher' },
  ];
}
