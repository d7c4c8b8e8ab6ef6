import fc from 'fast-check';
import { describe, it } from 'vitest';
import { anyDeeds, anyFlow } from '../link/model/deeds.ts';

/** About twenty minutes. */
describe('both ends of a link do what the model says, at length', () => {
  it('whatever is done to them, in whatever order', async () => {
    await fc.assert(anyDeeds, { numRuns: 30_000 });
  });

  it('with the messages of one call, read at any pace', async () => {
    await fc.assert(anyFlow, { numRuns: 10_000 });
  });
});
