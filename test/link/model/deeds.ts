import fc from 'fast-check';
import { type Deed, World } from './world.ts';

/** Sizes around the window, and empty messages. */
const size = fc.oneof(fc.constantFrom(0, 1, 1_499, 1_500, 2_999, 3_000, 3_001, 9_999, 10_000), fc.nat({ max: 400 }));

const weights: readonly [Deed['kind'], number][] = [
  ['open', 3],
  ['send', 12],
  ['halfClose', 1],
  ['answer', 12],
  ['end', 2],
  ['cancel', 1],
  ['consume', 10],
  ['consumeAll', 6],
  ['settle', 14],
  ['wait', 3],
  ['stall', 1],
  ['drain', 1],
  ['close', 1],
  ['cut', 1],
];

const deed: fc.Arbitrary<Deed> = fc.record({
  kind: fc.oneof(...weights.map(([kind, weight]) => ({ weight, arbitrary: fc.constant(kind) }))),
  side: fc.constantFrom(0 as const, 1 as const),
  pick: fc.nat({ max: 100_000 }),
  size,
  last: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

/** Any sequence of deeds leads to what the model says. */
export const modelHolds = fc.asyncProperty(
  fc.array(deed, { minLength: 5, maxLength: 80, size: 'max' }),
  async (deeds) => {
    const world = await World.create();
    try {
      for (const one of deeds) await world.do(one);
    } finally {
      await world.finish();
    }
  },
);
