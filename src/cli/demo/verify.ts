import { setTimeout as pause } from 'node:timers/promises';
import { LocalError } from '../../base/errors.ts';

const POLL_MS = 25;

/** Throws, unless what the step saw is what it must see. */
export function verify(holds: boolean, expectation: string): asserts holds {
  if (!holds) throw new LocalError('DEMO_FAILED', `expected: ${expectation}`);
}

/** Looks again until there is something; throws after `timeoutMs`. */
export async function eventually<Found>(
  expectation: string,
  look: () => Promise<Found | undefined>,
  timeoutMs = 10_000,
): Promise<Found> {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(POLL_MS);
  }
  throw new LocalError('DEMO_FAILED', `expected within ${timeoutMs / 1000} s: ${expectation}`);
}
