import { describe, it } from 'vitest';
import { weather } from '../faults/messages/weather.ts';

/** Two minutes of kills (four on a busy machine), and some more until everything has arrived. */
describe('100,000 messages in channels and mailboxes', () => {
  it('are there once and in order, though something is killed every 200 ms', async () => {
    await weather({ messages: 100_000, paceMs: 100, kills: 600, harmMs: 240_000, calmMs: 900_000 });
  });
});
