import { describe, expect, it } from 'vitest';
import { firstOf } from '../../src/base/first-of.ts';

const HEAD_START_MS = 20;

/** Candidates that end after so many milliseconds, with a value or (negative) a failure. */
async function race(...endsMs: number[]) {
  const begun: number[] = [];
  const discarded: number[] = [];
  const aborted: number[] = [];
  const startMs = performance.now();
  const stop = new AbortController();
  const outcome = firstOf<number, number>(endsMs, {
    headStartMs: HEAD_START_MS,
    signal: stop.signal,
    discard: (value) => discarded.push(value),
    attempt(ms, signal) {
      begun.push(performance.now() - startMs);
      signal.addEventListener('abort', () => aborted.push(ms));
      return new Promise<number>((resolve, reject) =>
        setTimeout(() => (ms < 0 ? reject(new Error(String(ms))) : resolve(ms)), Math.abs(ms)),
      );
    },
  });
  return { outcome, begun, discarded, aborted, stop };
}

describe('the first of several', () => {
  it('is the first alone where it works out at once', async () => {
    const { outcome, begun } = await race(1, 2, 3);
    expect(await outcome).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 3 * HEAD_START_MS));
    expect(begun).toHaveLength(1);
  });

  it('has a head start before the next, which the others have after it', async () => {
    const { outcome, begun } = await race(400, 400, 1);
    expect(await outcome).toBe(1);
    expect(begun).toHaveLength(3);
    expect(begun[1]).toBeGreaterThanOrEqual(HEAD_START_MS - 2);
    expect(begun[2]).toBeGreaterThanOrEqual(2 * HEAD_START_MS - 4);
  });

  it('loses its head start by failing', async () => {
    const { outcome, begun } = await race(-1, -1, -1, 1);
    expect(await outcome).toBe(1);
    expect(begun).toHaveLength(4);
  });

  it('aborts the others, and lets go of what they bring all the same', async () => {
    const { outcome, aborted, discarded } = await race(60, 1);
    expect(await outcome).toBe(1);
    expect(aborted).toContain(60);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(discarded).toEqual([60]);
  });

  it('fails with all failures where none works out, or there is none', async () => {
    const { outcome } = await race(-30, -1, -2);
    const error = await outcome.catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(AggregateError);
    expect((error as AggregateError).errors.map(({ message }) => message).sort()).toEqual(['-1', '-2', '-30']);
    await expect((await race()).outcome).rejects.toMatchObject({ errors: [] });
  });

  it('passes on that it is given up', async () => {
    const { outcome, aborted, stop } = await race(30);
    stop.abort();
    expect(aborted).toEqual([30]);
    await outcome;
  });
});
