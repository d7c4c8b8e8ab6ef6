import { describe, it } from 'vitest';
import { fuzzHello, fuzzPackets } from './fuzz/cases.ts';
import { fuzz } from './fuzz/run.ts';

describe('a link survives', () => {
  it('10,000 talks of mutated packets: no fault, nothing left behind', async () => {
    await fuzz(fuzzPackets, 1, 10_000);
  });

  it('2,500 mutated hellos', async () => {
    await fuzz(fuzzHello, 10_000, 2_500);
  });

  it.each([[269, 'a hello that came after the handshake was given up opened a link']])(
    'the hello of seed %i, which found that %s',
    (seed) => fuzzHello(seed),
  );
});
