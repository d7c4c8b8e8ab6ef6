import fc from 'fast-check';
import { type Deed, World } from './world.ts';

/** Around the window, and empty. */
const edges = fc.constantFrom(0, 1, 1_499, 1_500, 2_999, 3_000, 3_001, 9_999, 10_000);
const size = fc.oneof(edges, fc.nat({ max: 400 }));

type Weights = Partial<Record<Deed['kind'], number>>;

/** Many calls, and everything that can happen to them. */
const anything: Weights = {
  open: 3,
  send: 12,
  halfClose: 1,
  answer: 12,
  end: 2,
  cancel: 1,
  consume: 10,
  consumeAll: 6,
  settle: 14,
  wait: 3,
  stall: 1,
  drain: 1,
  close: 1,
  cut: 1,
};

/** Credit of a few long calls: used up and given back, over and over. */
const flow: Weights = { send: 10, answer: 4, consume: 10, settle: 12 };

function deedsOf(weights: Weights, maxLength: number): fc.Arbitrary<Deed[]> {
  const kinds = Object.entries(weights).map(([kind, weight]) => ({
    weight,
    arbitrary: fc.constant(kind as Deed['kind']),
  }));
  const deed = fc.record({
    kind: fc.oneof(...kinds),
    side: fc.constantFrom(0 as const, 1 as const),
    pick: fc.nat({ max: 100_000 }),
    size,
    last: fc.nat({ max: 4 }).map((number) => number === 0),
  });
  return fc.array(deed, { minLength: 5, maxLength, size: 'max' });
}

async function live(deeds: readonly Deed[]): Promise<void> {
  const world = await World.create();
  try {
    for (const deed of deeds) await world.do(deed);
  } finally {
    await world.finish();
  }
}

/** Any sequence of deeds leads to what the model says. */
export const anyDeeds = fc.asyncProperty(deedsOf(anything, 80), live);

const open: Deed = { kind: 'open', side: 0, pick: 0, size: 0, last: false };

/** So does any sequence of messages on one call, read at any pace. */
export const anyFlow = fc.asyncProperty(deedsOf(flow, 120), (deeds) =>
  live([open, { ...open, kind: 'settle' }, ...deeds.map((deed) => ({ ...deed, last: false }))]),
);
