/** Small conversions of byte strings. */
import { hash, timingSafeEqual } from 'node:crypto';
import { LocalError } from './errors.ts';

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** Throws `NOT_HEX` for anything but pairs of hex digits. */
export function fromHex(text: string): Uint8Array {
  if (!/^([0-9a-fA-F]{2})*$/.test(text)) throw new LocalError('NOT_HEX', 'not a string of hex digits');
  return new Uint8Array(Buffer.from(text, 'hex'));
}

export function toBase64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}

/** Throws `NOT_BASE64URL` for anything that base64url would not write. */
export function fromBase64Url(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw new LocalError('NOT_BASE64URL', 'not a base64url string');
  return new Uint8Array(bytes);
}

/** The SHA-256 of bytes, or of a text's UTF-8. By way of a text: Node makes one faster than a buffer of its own. */
export function sha256(value: string | Uint8Array): Buffer {
  return Buffer.from(hash('sha256', value, 'binary'), 'binary');
}

/** Compares in constant time for equal lengths. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

export function concatBytes(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** The order of the texts' UTF-8, which is that of code points; `<` on strings compares UTF-16 instead. */
export function byBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
