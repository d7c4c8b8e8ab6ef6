/** Which protocol a connection speaks, by its first bytes (the table of "One port"). Pure: bytes in, a word out. */

/** `more`: the bytes so far fit two protocols. */
export type Sniffed = 'tls' | 'http2' | 'http1' | 'unknown' | 'more';

/** The type of the TLS record that carries a ClientHello (RFC 8446, section 5.1). */
const TLS_HANDSHAKE = 0x16;

/** How HTTP/2 in clear begins (RFC 9113, section 3.4). No method of HTTP/1.1 begins so. */
const HTTP2_PREFACE = 'PRI';

/** `first` is what arrived so far: at least one byte, and never more than is needed once the answer is not `more`. */
export function sniff(first: Uint8Array): Sniffed {
  const byte = first[0];
  if (byte === undefined) return 'more';
  if (byte === TLS_HANDSHAKE) return 'tls';
  if (!isLetter(byte)) return 'unknown';
  const begin = String.fromCharCode(...first.subarray(0, HTTP2_PREFACE.length));
  if (begin === HTTP2_PREFACE) return 'http2';
  return HTTP2_PREFACE.startsWith(begin) ? 'more' : 'http1';
}

/** Methods of HTTP/1.1 are letters in practice; the parser behind decides which it knows. */
function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
