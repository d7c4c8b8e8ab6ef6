import { describe, it } from 'vitest';
import { weather } from './messages/weather.ts';

describe('messages in channels and mailboxes', () => {
  it('are there once and in order, though everything is killed, 40 times', async () => {
    await weather({ messages: 4_000, paceMs: 400, kills: 40, harmMs: 60_000, calmMs: 300_000 });
  }, 480_000);
});
