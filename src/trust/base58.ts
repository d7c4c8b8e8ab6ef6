/** Base58 in Bitcoin's alphabet, as did:key uses it. For short ids alone: the work grows with the square of the length. */
import { LocalError } from '../base/errors.ts';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Longest input, either way: a node id has 34 bytes, 47 characters. */
const MAX_LENGTH = 128;

export function toBase58(bytes: Uint8Array): string {
  if (bytes.length > MAX_LENGTH) throw notBase58('too long');
  let number = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let text = '';
  for (; number > 0n; number /= 58n) text = ALPHABET.charAt(Number(number % 58n)) + text;
  return ALPHABET.charAt(0).repeat(leading(bytes, (byte) => byte === 0)) + text;
}

/** Throws `NOT_BASE58`. */
export function fromBase58(text: string): Uint8Array {
  if (text.length > MAX_LENGTH) throw notBase58('too long');
  let number = 0n;
  for (const character of text) {
    const digit = ALPHABET.indexOf(character);
    if (digit < 0) throw notBase58(`"${character}" is not one of its characters`);
    number = number * 58n + BigInt(digit);
  }
  const hex = number === 0n ? '' : number.toString(16);
  const significant = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  const bytes = new Uint8Array(leading(text, (character) => character === ALPHABET.charAt(0)) + significant.length);
  bytes.set(significant, bytes.length - significant.length);
  return bytes;
}

/** Zero bytes at the front are written one by one: they would vanish in the number. */
function leading<T>(items: Iterable<T>, isZero: (item: T) => boolean): number {
  let count = 0;
  for (const item of items) {
    if (!isZero(item)) break;
    count++;
  }
  return count;
}

function notBase58(why: string): LocalError {
  return new LocalError('NOT_BASE58', `not a base58 string: ${why}`);
}
