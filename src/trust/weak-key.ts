/**
 * Public keys that must not be believed: points of small order (anyone can make signatures that they verify) and
 * encodings that are not canonical (a second text for the same key). RFC 8032 §5.1.3 and §8 leave both to us.
 */
import { toHex } from '../base/bytes.ts';

/** The points of order 1, 2, 4 and 8 by their y coordinate, little-endian, without the sign of x. */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

/** Whether a key of 32 bytes is one of them. */
export function isWeakKey(key: Uint8Array): boolean {
  const y = Uint8Array.from(key); // a Buffer's slice() would be the key itself
  y[31] = (y[31] ?? 0) & 0x7f;
  return SMALL_ORDER.has(toHex(y)) || isAtLeastPrime(y);
}

/** Whether y, little-endian and without the sign bit, is 2^255 - 19 or more. */
function isAtLeastPrime(y: Uint8Array): boolean {
  return y[31] === 0x7f && y.subarray(1, 31).every((byte) => byte === 0xff) && (y[0] ?? 0) >= 0xed;
}
