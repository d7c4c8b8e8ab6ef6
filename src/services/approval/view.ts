/** The part of the arguments that people see. */

/**
 * At most `maxBytes` of UTF-8. Bytes that are none are shown as U+FFFD, a character that is cut is left out. `isWhole` tells
 * whether the text has these very bytes.
 */
export function viewOf(bytes: Uint8Array, maxBytes: number): { text: string; isWhole: boolean } {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const decoded = decoder.decode(bytes.subarray(0, maxBytes), { stream: bytes.length > maxBytes });
  const text = cutText(decoded, maxBytes);
  return { text, isWhole: bytes.length <= maxBytes && Buffer.from(text).equals(bytes) };
}

/** The longest beginning of a text that has at most so many bytes. */
export function cutText(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(text).subarray(0, maxBytes), {
    stream: true,
  });
}
