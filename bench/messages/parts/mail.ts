/** Sealed mail between two whole nodes, from disk to disk. */
import { join } from 'node:path';
import { type Figure, median } from '../../lib/figures.ts';
import { startWorker, type Worker } from '../../lib/worker.ts';
import type { Arrival } from '../mail-node.ts';

const ROUNDS = 3;
/** Each sent when the one before has come. */
const ONE = { count: 1, inFlight: 1, bytes: 200 };
const ONE_BY_ONE = 200;
const MANY = { count: 5_000, inFlight: 256, bytes: 200 };

type Load = typeof MANY;

export async function mail(scratch: string, note: (text: string) => void): Promise<Figure[]> {
  note(`mail: ${ROUNDS} rounds of ${ONE_BY_ONE} mails one by one, and of ${MANY.count}`);
  const start = (name: string) =>
    startWorker(join(import.meta.dirname, '..', 'mail-node.ts'), join(scratch, name), name);
  await using sender = start('sender');
  await using receiver = start('receiver');
  await sender.ask('join', await receiver.ask<string>('invite'));
  const latencies: number[] = [];
  const rates: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const tookMs = await oneByOne(sender, receiver);
    const perSecond = await rateOf(sender, receiver, MANY);
    if (round === 0) continue; // it warms up
    latencies.push(median(tookMs));
    rates.push(perSecond);
  }
  const rate = median(rates);
  return [
    { name: 'mail_p50_ms', value: median(latencies), unit: 'ms', target: 5, better: 'lower' },
    { name: 'mail_per_second', value: rate, unit: '/s', target: 2_000, better: 'higher' },
    // There is no other way: a pair of nodes has one context an epoch (docs/MAIL.md).
    { name: 'mail_per_second_one_context', value: rate, unit: '/s', target: 10_000, better: 'higher' },
  ];
}

async function oneByOne(sender: Worker, receiver: Worker): Promise<readonly number[]> {
  await receiver.ask('expect', { count: ONE_BY_ONE });
  for (let count = 1; count <= ONE_BY_ONE; count++) {
    await sender.ask('send', ONE);
    await receiver.ask('arrived', { count });
  }
  return (await receiver.ask<Arrival>('arrival')).tookMs;
}

async function rateOf(sender: Worker, receiver: Worker, load: Load): Promise<number> {
  await receiver.ask('expect', { count: load.count });
  const startedMs = await sender.ask<number>('send', load);
  const { endedMs } = await receiver.ask<Arrival>('arrival');
  return load.count / ((endedMs - startedMs) / 1_000);
}
