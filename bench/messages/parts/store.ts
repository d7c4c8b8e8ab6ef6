/** Durable appends, against what the database can do by itself with the same rows and as many in a commit. */
import { join } from 'node:path';
import { alternate, ratio } from '../../lib/alternate.ts';
import { type Figure, median } from '../../lib/figures.ts';
import { startWorker } from '../../lib/worker.ts';

const ROUNDS = 7;
const LOAD = { count: 50_000, inFlight: 256, valueBytes: 200 };

export async function store(scratch: string, note: (text: string) => void): Promise<Figure[]> {
  note(`store: ${ROUNDS} rounds of ${LOAD.count} appends, ${LOAD.inFlight} in flight`);
  await using own = startWorker(join(import.meta.dirname, '..', 'appender.ts'));
  await using bare = startWorker(join(import.meta.dirname, '..', 'appender.ts'));
  let file = 0;
  const next = () => ({ path: join(scratch, `${file++}.db`), ...LOAD });
  const measures = {
    own: () => own.ask<number>('store', next()),
    bare: () => bare.ask<number>('bare', next()),
  };
  await alternate(1, measures); // to warm up
  const found = await alternate(ROUNDS, measures);
  return [
    {
      name: 'store_appends_per_second',
      value: median(found.own),
      unit: '/s',
      target: 40_000,
      better: 'higher',
    },
    { name: 'bare_group_commit_per_second', value: median(found.bare), unit: '/s', better: 'higher' },
    { name: 'store_against_bare', value: ratio(found.own, found.bare), unit: '×', target: 0.4, better: 'higher' },
  ];
}
