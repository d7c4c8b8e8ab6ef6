/** What a subscriber costs its hub in memory, beyond its link. */
import type { Figure } from '../../lib/figures.ts';
import { HubPair } from '../hub-pair.ts';

const SUBSCRIBERS = 1_000;
const MESSAGES = 50;

export async function subscribers(scratch: string, note: (text: string) => void): Promise<Figure[]> {
  note(`subscribers: ${SUBSCRIBERS} links, then as many subscriptions`);
  await using pair = await HubPair.start(scratch);
  const sender = await pair.peers(1);
  await sender.ask('found');
  const readers = await pair.peers(SUBSCRIBERS);
  const before = await pair.hub.ask<number>('weigh');
  // One more than is sent: all are still there when they are weighed.
  await readers.ask('subscribe', { count: MESSAGES + 1 });
  await sender.ask('sendAll', { count: MESSAGES, inFlight: 1, bytes: 200 });
  const after = await pair.hub.ask<number>('weigh');
  const value = (after - before) / SUBSCRIBERS / 1_024;
  return [{ name: 'subscriber_kb', value, unit: 'KB', target: 40, better: 'lower' }];
}
