import { describe, it } from 'vitest';
import { weather } from './messages/weather.ts';

describe('messages in channels and mailboxes', () => {
  it('are there once and in order, though everything is killed, 60 times', async () => {
    await weather({ messages: 4_000, paceMs: 400, kills: 60, harmMs: 40_000, calmMs: 300_000 });
  }, 480_000);
});
