import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IntMap } from '../../src/base/int-map.ts';

describe('a map from whole numbers', () => {
  it('does what a Map does, whatever is set and deleted, and in whatever order', () => {
    const key = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(2 ** 31, 2 ** 32 + 1, 2 ** 53 - 1));
    const step = fc.record({ key, deletes: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const [map, model] = [new IntMap<number>(), new Map<number, number>()];
        for (const [value, { key, deletes }] of steps.entries()) {
          if (deletes) expect(map.delete(key)).toBe(model.delete(key));
          else {
            map.set(key, value);
            model.set(key, value);
          }
          expect(map.get(key)).toBe(model.get(key));
          expect(map.has(key)).toBe(model.has(key));
          expect(map.size).toBe(model.size);
        }
        for (const [known, value] of model) expect(map.get(known)).toBe(value);
        expect([...map.values()].sort()).toEqual([...model.values()].sort());
      }),
    );
  });

  it('keeps ten thousand that come in order, and forgets them all at once', () => {
    const map = new IntMap<string>();
    for (let key = 1; key <= 20_001; key += 2) map.set(key, `${key}`);
    expect(map.size).toBe(10_001);
    expect(map.get(19_999)).toBe('19999');
    expect(map.get(20_000)).toBeUndefined();
    map.clear();
    expect(map.size).toBe(0);
    expect([...map.values()]).toEqual([]);
  });
});
