import { describe, it } from 'vitest';
import { killInTurns } from './kill.ts';

describe('either end of a link under load', () => {
  it('is killed 20 times: nothing runs twice, and the link is back each time', () => killInTurns(20), 240_000);
});
