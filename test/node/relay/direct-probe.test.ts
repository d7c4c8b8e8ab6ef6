import { describe, expect, it } from 'vitest';
import { probePauseMs } from '../../../src/node/relay/direct-probe.ts';

describe('the pauses between looks for a direct path', () => {
  const shortest = (attempt: number) => probePauseMs(attempt, () => 0);
  const longest = (attempt: number) => probePauseMs(attempt, () => 1);

  it('begin short, because the hello has just said where the peer is', () => {
    expect([shortest(0), longest(0)]).toEqual([1_000, 2_000]);
  });

  it('grow from half a minute to five', () => {
    expect([1, 2, 3, 4, 5, 6, 1_000].map(longest)).toEqual([
      30_000, 60_000, 120_000, 240_000, 300_000, 300_000, 300_000,
    ]);
    expect(shortest(1)).toBe(15_000);
    expect(shortest(1_000)).toBe(150_000);
  });
});
