import { sign as signBytes } from 'node:crypto';
import { Point } from '@noble/ed25519';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../src/base/bytes.ts';
import { DOMAINS, signedBytes } from '../../src/trust/domain.ts';
import { portablePublicKey, portableSign, portableVerify } from '../../src/trust/portable-signature.ts';
import { privateKeyOf, rawPublicKey, sign, verify } from '../../src/trust/signature.ts';
import { isWeakKey } from '../../src/trust/weak-key.ts';
import { failing } from './support.ts';
import vectors from './vectors/rfc8032.json' with { type: 'json' };

const text = (value: string) => new TextEncoder().encode(value);
const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
const parts = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 3 });

describe('what is signed', () => {
  it('begins with the domain and a zero byte', () => {
    expect(signedBytes('towline-link-v1', text('a'), text('bc'))).toEqual(text('towline-link-v1\0abc'));
  });

  it('has a different beginning for each purpose, none of which holds a zero', () => {
    expect(new Set(DOMAINS).size).toBe(DOMAINS.length);
    for (const domain of DOMAINS) expect(domain).toMatch(/^towline-[a-z]+-v[0-9]+$/);
  });
});

describe('a key', () => {
  it.each(vectors)('is the one of RFC 8032 §7.1, $name', async ({ seed, publicKey, message, signature }) => {
    const key = privateKeyOf(fromHex(seed));
    expect(toHex(rawPublicKey(key))).toBe(publicKey);
    expect(toHex(await portablePublicKey(fromHex(seed)))).toBe(publicKey);
    // The vectors have no domain, so they meet the primitive that both of ours stand on.
    expect(toHex(signBytes(null, fromHex(message), key))).toBe(signature);
  });

  it.each([0, 31, 33, 64])('is not made from %d bytes', (length) => {
    expect(() => privateKeyOf(new Uint8Array(length))).toThrow(failing('SEED_INVALID'));
  });
});

describe('the two implementations', () => {
  it('make the same keys and signatures, and believe each other', async () => {
    const property = fc.asyncProperty(seeds, fc.constantFrom(...DOMAINS), parts, async (seed, domain, words) => {
      const key = privateKeyOf(seed);
      const signature = sign(key, domain, ...words);
      expect(toHex(await portableSign(seed, domain, ...words))).toBe(toHex(signature));
      expect(verify(rawPublicKey(key), signature, domain, ...words)).toBe(true);
      expect(await portableVerify(rawPublicKey(key), signature, domain, ...words)).toBe(true);
    });
    await fc.assert(property, { numRuns: 30 });
  });

  it('both refuse what was changed anywhere', async () => {
    const flip = (bytes: Uint8Array, bit: number) =>
      bytes.map((byte, index) => (index === (bit >> 3) % bytes.length ? byte ^ (1 << (bit & 7)) : byte));
    const property = fc.asyncProperty(seeds, fc.nat(511), fc.constantFrom(0, 1, 2), async (seed, bit, where) => {
      const key = privateKeyOf(seed);
      const word = text('what was said');
      const originals = [rawPublicKey(key), sign(key, 'towline-link-v1', word), word];
      const [id, signature, said] = originals.map((bytes, index) => (index === where ? flip(bytes, bit) : bytes));
      if (!id || !signature || !said) throw new Error('three in, three out');
      expect(verify(id, signature, 'towline-link-v1', said)).toBe(false);
      expect(await portableVerify(id, signature, 'towline-link-v1', said)).toBe(false);
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it('both refuse the signature of another purpose', async () => {
    const key = privateKeyOf(new Uint8Array(32).fill(1));
    const signature = sign(key, 'towline-invite-v1', text('x'));
    expect(verify(rawPublicKey(key), signature, 'towline-token-v1', text('x'))).toBe(false);
    expect(await portableVerify(rawPublicKey(key), signature, 'towline-token-v1', text('x'))).toBe(false);
  });

  it('both refuse keys and signatures of a wrong length, without an error', async () => {
    const key = privateKeyOf(new Uint8Array(32).fill(1));
    const id = rawPublicKey(key);
    const signature = sign(key, 'towline-link-v1');
    for (const [badId, badSignature] of [
      [id.subarray(1), signature],
      [id, signature.subarray(1)],
      [new Uint8Array(), new Uint8Array()],
    ] as const) {
      expect(verify(badId, badSignature, 'towline-link-v1')).toBe(false);
      expect(await portableVerify(badId, badSignature, 'towline-link-v1')).toBe(false);
    }
  });

  it('both refuse a second form of a signature: S plus the order of the group', async () => {
    const key = privateKeyOf(new Uint8Array(32).fill(1));
    const signature = sign(key, 'towline-link-v1');
    const order = Point.CURVE().n;
    const s = BigInt(`0x${toHex(signature.slice(32).reverse())}`) + order;
    const forged = concatBytes(signature.slice(0, 32), fromHex(s.toString(16).padStart(64, '0')).reverse());
    expect(verify(rawPublicKey(key), forged, 'towline-link-v1')).toBe(false);
    expect(await portableVerify(rawPublicKey(key), forged, 'towline-link-v1')).toBe(false);
  });
});

describe('a weak key', () => {
  /** Encodings of all points of small order, canonical and not, with either sign. */
  const weak = [
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ].flatMap((hex) => [fromHex(hex), fromHex(hex).map((byte, index) => (index === 31 ? byte | 0x80 : byte))]);

  it('is every multiple of a point of order eight, and no other point', () => {
    const generator = Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05');
    let point = generator;
    for (let n = 1; n <= 8; n++, point = point.add(generator)) {
      expect(point.isSmallOrder()).toBe(true);
      expect(isWeakKey(point.toBytes())).toBe(true);
    }
    expect(isWeakKey(Point.BASE.toBytes())).toBe(false);
  });

  it('is told from others without changing them', () => {
    const key = Buffer.alloc(32, 0xfe);
    expect(isWeakKey(key)).toBe(false);
    expect(key).toEqual(Buffer.alloc(32, 0xfe));
  });

  it.each(weak.map((key) => [toHex(key)]))('%s is refused by both', async (hex) => {
    expect(isWeakKey(fromHex(hex))).toBe(true);
    // R and S of zero order: the forgery that a key of small order believes for some messages.
    const signature = concatBytes(fromHex('01'.padEnd(64, '0')), new Uint8Array(32));
    expect(verify(fromHex(hex), signature, 'towline-link-v1')).toBe(false);
    expect(await portableVerify(fromHex(hex), signature, 'towline-link-v1')).toBe(false);
  });
});
