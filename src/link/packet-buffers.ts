/**
 * Buffers for large packets and for what large messages are put together in, used again by all links of the process:
 * memory outside of V8's heap is dear, because each 30 MB or so of it make V8 look through the whole heap.
 */
import { FRAGMENT_BYTES, PACKET_SEND_BYTES } from './limits.ts';

/** A packet grows to the size at which it is sent, and by the frame that takes it there; its envelope comes on top. */
export const LARGE_BUFFER_BYTES = PACKET_SEND_BYTES + 2 * FRAGMENT_BYTES;

/** At most 3 MiB stay behind when the traffic ends. */
const MAX_SPARE = 8;

const spare: Buffer[] = [];

export function takeLargeBuffer(): Buffer {
  return spare.pop() ?? Buffer.allocUnsafeSlow(LARGE_BUFFER_BYTES);
}

/** Nobody reads the buffer any more. */
export function giveLargeBuffer(buffer: Buffer): void {
  if (spare.length < MAX_SPARE) spare.push(buffer);
}
