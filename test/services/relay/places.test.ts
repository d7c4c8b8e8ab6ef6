import { describe, expect, it } from 'vitest';
import { Places } from '../../../src/services/relay/places.ts';

describe('places', () => {
  it('are bounded in all', () => {
    const places = new Places(2, 5);
    const leave = places.take('a');
    expect(places.take('b')).toBeDefined();
    expect(places.take('c')).toBeUndefined();
    leave?.();
    expect(places.take('c')).toBeDefined();
  });

  it('are bounded for each key, at either end', () => {
    const places = new Places(10, 2);
    places.take('a', 'b');
    const leave = places.take('c', 'a');
    expect(places.take('a', 'd')).toBeUndefined();
    expect(places.take('d', 'a')).toBeUndefined();
    expect(places.take('b', 'c')).toBeDefined();
    leave?.();
    expect(places.take('d', 'a')).toBeDefined();
  });

  it('are left once, however often that is said', () => {
    const places = new Places(2, 2);
    const leave = places.take('a');
    leave?.();
    leave?.();
    expect([places.take('a'), places.take('a'), places.take('a')].map((taken) => taken !== undefined)).toEqual([
      true,
      true,
      false,
    ]);
  });
});
