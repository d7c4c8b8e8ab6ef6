/**
 * Buffers for packets and for what large messages are put together in, used again by all links of the process: memory
 * outside of V8's heap is dear, because each 30 MB or so of it make V8 look through the whole heap.
 */
import { FRAGMENT_BYTES, PACKET_SEND_BYTES } from './limits.ts';

/** Small packets of one link share a buffer of this size, while any of them is under way. */
export const SMALL_BUFFER_BYTES = 16 * 1024;

/** A packet grows to the size at which it is sent, and by the frame that takes it there; its envelope comes on top. */
export const LARGE_BUFFER_BYTES = PACKET_SEND_BYTES + 2 * FRAGMENT_BYTES;

/** What stays behind when the traffic ends: at most 1 MiB and 3 MiB. */
const MAX_SPARE_SMALL = 64;
const MAX_SPARE_LARGE = 8;

const spareSmall: Buffer[] = [];
const spareLarge: Buffer[] = [];

/** A buffer of the smallest kind that has room. */
export function takeBuffer(bytes: number): Buffer {
  if (bytes <= SMALL_BUFFER_BYTES) return spareSmall.pop() ?? Buffer.allocUnsafeSlow(SMALL_BUFFER_BYTES);
  return bytes <= LARGE_BUFFER_BYTES ? takeLargeBuffer() : Buffer.allocUnsafeSlow(bytes);
}

export function takeLargeBuffer(): Buffer {
  return spareLarge.pop() ?? Buffer.allocUnsafeSlow(LARGE_BUFFER_BYTES);
}

/** Nobody reads the buffer any more. One of another size is the collector's. */
export function giveBuffer(buffer: Buffer): void {
  if (buffer.length === SMALL_BUFFER_BYTES && spareSmall.length < MAX_SPARE_SMALL) spareSmall.push(buffer);
  else if (buffer.length === LARGE_BUFFER_BYTES && spareLarge.length < MAX_SPARE_LARGE) spareLarge.push(buffer);
}
