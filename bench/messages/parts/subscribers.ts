/**
 * What a subscriber costs its hub in memory, beyond its link. A link that was never used has no buffers yet, in TLS least
 * of all: so every link has carried as many messages before the weighing as its subscription carries afterwards.
 */
import type { Figure } from '../../lib/figures.ts';
import type { Weight } from '../hub.ts';
import { HubPair } from '../hub-pair.ts';

const SUBSCRIBERS = 1_000;
const MESSAGES = 50;
const LOAD = { count: MESSAGES, inFlight: 1, bytes: 200 };

export async function subscribers(scratch: string, note: (text: string) => void): Promise<Figure[]> {
  note(`subscribers: ${SUBSCRIBERS} links, then as many subscriptions`);
  await using pair = await HubPair.start(scratch);
  const sender = await pair.peers(1);
  await sender.ask('found');
  const readers = await pair.peers(SUBSCRIBERS);
  const weigh = () => pair.hub.ask<Weight>('weigh');
  const unused = await weigh();
  await sender.ask('sendAll', LOAD);
  for (let round = 0; round < 2; round++) await readers.ask('readPages', { count: MESSAGES });
  const before = await weigh();
  // One more than is sent: all are still there when they are weighed.
  await readers.ask('subscribe', { count: MESSAGES + 1 });
  await sender.ask('sendAll', LOAD);
  const after = await weigh();
  const each = (bytes: number) => bytes / SUBSCRIBERS / 1_024;
  const about = { unit: 'KB', better: 'lower' } as const;
  return [
    { name: 'subscriber_kb', value: each(after.resident - before.resident), ...about, target: 40 },
    { name: 'subscriber_heap_kb', value: each(after.heap - before.heap), ...about },
    { name: 'subscriber_on_unused_link_kb', value: each(after.resident - unused.resident), ...about },
  ];
}
