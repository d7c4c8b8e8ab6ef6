import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Cancellation } from '../../src/base/cancellation.ts';
import { silentLog } from '../../src/base/log.ts';
import { Intents, rememberMs } from '../../src/services/tool/intents.ts';
import { OnceOnly } from '../../src/services/tool/once.ts';
import { openMemoryStore } from '../../src/store/memory/store.ts';

const digest = 'ab'.repeat(32);

function intentsAt(startMs: number, table = openMemoryStore().table('intents')) {
  const clock = { ms: startMs };
  return { intents: new Intents(table, () => clock.ms), clock, table };
}

describe('intents', () => {
  it('are written once, and found again for at least ten minutes, over the end of a time span', async () => {
    const { intents, clock } = intentsAt(rememberMs - 1);
    expect(await intents.record('bob/1', digest)).toBeUndefined();
    expect(await intents.record('bob/1', digest)).toMatchObject({ digest });
    clock.ms += rememberMs;
    expect(await intents.record('bob/1', digest)).toMatchObject({ digest });
    expect(await intents.find('bob/1')).toMatchObject({ digest });
    expect(await intents.find('bob/2')).toBeUndefined();
  });

  it('are known for as long as their call runs, and ten minutes more', async () => {
    const { intents, clock } = intentsAt(5 * rememberMs);
    const once = new OnceOnly(intents, silentLog);
    const stop = new Cancellation();
    const answers = once.run({ key: 'bob/1', digest }, stop, async function* endless() {
      await new Promise(() => undefined);
    });
    void answers[Symbol.asyncIterator]()
      .next()
      .catch(() => undefined);
    for (let count = 0; count < 6; count++) {
      clock.ms += rememberMs;
      await once.tidy();
    }
    expect(await intents.record('bob/1', digest)).toMatchObject({ digest });
    stop.cancel();
    once.close();
  });

  it('are forgotten after twenty minutes, however many there are, and no sooner than ten', async () => {
    const { intents, clock, table } = intentsAt(5 * rememberMs);
    await Promise.all(Array.from({ length: 2_500 }, (_, n) => intents.record(`bob/${n}`, digest)));
    clock.ms += rememberMs;
    await intents.record('bob/new', digest);
    await intents.purge();
    expect(await intents.find('bob/7')).toBeDefined();
    clock.ms += rememberMs;
    await intents.purge();
    const left = (await table.list({ limit: 10 })).map((row) => row.key);
    expect(left).toEqual([expect.stringMatching(/^[0-9]{8}\/bob\/new$/), 'span']);
  });

  it('are known after a start, whatever became of the clock on the wall', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const { intents, table, clock } = intentsAt(rememberMs);
    clock.ms += 5 * rememberMs;
    await intents.record('bob/1', digest);
    for (const days of [1, -2]) {
      vi.setSystemTime(Date.now() + days * 24 * 3_600_000);
      const { intents: again } = intentsAt(0, table);
      await again.purge();
      expect(await again.record('bob/1', digest)).toMatchObject({ digest });
    }
  });

  it('are known after a crash that comes right after the end of a time span', async () => {
    const { intents, clock, table } = intentsAt(0);
    await intents.record('bob/1', digest);
    clock.ms += rememberMs;
    await intents.record('bob/2', digest);
    const { intents: again } = intentsAt(7, table);
    expect(await again.find('bob/1')).toMatchObject({ digest });
    expect(await again.find('bob/2')).toMatchObject({ digest });
  });
});
