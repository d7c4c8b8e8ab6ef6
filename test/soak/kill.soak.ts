import { describe, it } from 'vitest';
import { killInTurns } from '../faults/kill.ts';

/** About ten minutes. */
describe('either end of a link under load', () => {
  it('is killed 200 times: nothing runs twice, and the link is back each time', () => killInTurns(200));
});
