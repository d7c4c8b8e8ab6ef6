import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, it } from 'vitest';
import { weather } from '../faults/messages/weather.ts';

/** Two minutes of kills (four on a busy machine), and some more until everything has arrived. */
describe('100,000 messages in channels and mailboxes', () => {
  // Bundled nodes are back in a third of the time: the more often they can be killed.
  beforeAll(() => {
    execFileSync('npm', ['run', 'build'], { cwd: join(import.meta.dirname, '..', '..'), stdio: 'ignore' });
    process.env['TOWLINE_SOURCE'] = '0';
  }, 300_000);

  it('are there once and in order, though something is killed every 200 ms', async () => {
    await weather({ messages: 100_000, paceMs: 100, kills: 600, harmMs: 240_000, calmMs: 900_000 });
  });
});
