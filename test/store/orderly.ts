import { expect } from 'vitest';
import type { FullReport } from './full.ts';

/** Nothing that was accepted is lost, nothing that was refused is there, not even half of a pair. */
export function expectOrderly(report: FullReport): void {
  const { accepted, readable, rows, last } = report;
  const help = expect.stringContaining('room');
  expect(report).toMatchObject({ reason: 'STORE_FULL', refusedAgain: 'STORE_FULL', help, nextCursor: accepted + 1 });
  expect(accepted).toBeGreaterThan(50);
  expect({ readable, rows, last }).toEqual({ readable: accepted, rows: accepted, last: accepted + 1 });
}
