import fc from 'fast-check';
import { describe, it } from 'vitest';
import { modelHolds } from './model/deeds.ts';

describe('both ends of a link', () => {
  it('do what the model says, whatever is done to them in whatever order', async () => {
    await fc.assert(modelHolds, { numRuns: 200 });
  });
});
