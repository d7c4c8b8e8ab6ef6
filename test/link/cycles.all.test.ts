import { describe, it } from 'vitest';
import { cycleLinks } from './cycles.ts';

describe('links that come and go', () => {
  it('leave nothing behind, 1,000 times', () => cycleLinks(1_000), 120_000);
});
