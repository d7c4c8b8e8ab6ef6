import { describe, it } from 'vitest';
import { fuzzHello, fuzzPackets } from '../link/fuzz/cases.ts';
import { fuzz } from '../link/fuzz/run.ts';

/** Over a million packets and hellos; five to fifteen minutes. A talk has 2.5 packets on average. */
describe('a link survives', () => {
  it('400,000 talks of mutated packets', async () => {
    await fuzz(fuzzPackets, 10_000_000, 400_000);
  });

  it('100,000 mutated hellos', async () => {
    await fuzz(fuzzHello, 10_000_000, 100_000);
  });
});
