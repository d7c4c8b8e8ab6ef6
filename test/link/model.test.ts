import fc from 'fast-check';
import { describe, it } from 'vitest';
import { anyDeeds, anyFlow } from './model/deeds.ts';

describe('both ends of a link do what the model says', () => {
  it('whatever is done to them, in whatever order', async () => {
    await fc.assert(anyDeeds, { numRuns: 100 });
  });

  it('with the messages of one call, read at any pace', async () => {
    await fc.assert(anyFlow, { numRuns: 60 });
  });
});
