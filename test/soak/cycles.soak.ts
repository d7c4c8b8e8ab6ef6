import { describe, it } from 'vitest';
import { cycleLinks } from '../link/cycles.ts';

/** About two minutes. */
describe('links that come and go', () => {
  it('leave nothing behind, 10,000 times', () => cycleLinks(10_000));
});
