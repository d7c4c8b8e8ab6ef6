import { describe, it } from 'vitest';
import { fuzzHello, fuzzPackets } from './fuzz/cases.ts';
import { fuzz } from './fuzz/run.ts';

describe('a link survives, with seeds of its own', () => {
  it('60,000 talks of mutated packets', async () => {
    await fuzz(fuzzPackets, 1_000_000, 60_000);
  }, 180_000);

  it('10,000 mutated hellos', async () => {
    await fuzz(fuzzHello, 1_000_000, 10_000);
  }, 120_000);
});
