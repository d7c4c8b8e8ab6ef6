import fc from 'fast-check';
import { describe, it } from 'vitest';
import { anyDeeds, anyFlow } from './model/deeds.ts';

/** A failure is shown as it was found, with its seed: to make it small takes longer than a test may. */
const endOnFailure = true;

describe('both ends of a link do what the model says', () => {
  it('whatever is done to them, in whatever order', async () => {
    await fc.assert(anyDeeds, { numRuns: 100, endOnFailure });
  });

  it('with the messages of one call, read at any pace', async () => {
    await fc.assert(anyFlow, { numRuns: 60, endOnFailure });
  });
});
