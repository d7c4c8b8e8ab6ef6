import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Assembler } from '../../src/link/assembler.ts';

/** Lengths around what one piece holds, and small ones. */
const lengths = fc.array(fc.oneof(fc.nat(300), fc.nat(65_536), fc.constant(393_216)), { minLength: 1, maxLength: 40 });

describe('a message in fragments', () => {
  it('is put together as it was, however it was cut, one after the other', () => {
    const assembler = new Assembler();
    fc.assert(
      fc.property(lengths, fc.nat(255), (all, seed) => {
        const fragments = all.map((length, index) => new Uint8Array(length).fill(seed + index));
        const last = fragments.pop() ?? new Uint8Array();
        for (const fragment of fragments) assembler.add(fragment);
        expect(assembler.isOpen).toBe(fragments.length > 0);
        expect(Buffer.compare(assembler.finish(last), Buffer.concat([...fragments, last]))).toBe(0);
        expect(assembler.isOpen).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('may be as long as the one before, shorter or longer, and takes no memory but its own', () => {
    const assembler = new Assembler();
    for (const [index, count] of [4, 4, 5, 3, 6, 6, 4].entries()) {
      const fragments = Array.from({ length: count }, (_, place) => new Uint8Array(65_536).fill(10 * index + place));
      for (const fragment of fragments) assembler.add(fragment);
      const whole = assembler.finish(Uint8Array.of(255));
      expect(Buffer.compare(whole, Buffer.concat([...fragments, Uint8Array.of(255)]))).toBe(0);
      expect(whole.buffer.byteLength).toBe(whole.length);
    }
  });

  it('is not written over by the next one', () => {
    const assembler = new Assembler();
    const whole = [1, 2].map((byte) => {
      for (let index = 0; index < 16; index++) assembler.add(new Uint8Array(65_536).fill(byte));
      return assembler.finish(Uint8Array.of(byte));
    });
    expect(whole.map((message) => new Set(message))).toEqual([new Set([1]), new Set([2])]);
  });
});
