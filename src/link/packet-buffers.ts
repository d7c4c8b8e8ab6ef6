/**
 * Buffers for large packets, used again by all links of the process: taking a new one for each would cost more than
 * copying into it.
 */
import { ENVELOPE_HEADER_BYTES } from './envelope.ts';
import { FRAGMENT_BYTES, PACKET_SEND_BYTES } from './limits.ts';

/** A packet grows to the size at which it is sent, and by the frame that takes it there. */
export const LARGE_BUFFER_BYTES = ENVELOPE_HEADER_BYTES + PACKET_SEND_BYTES + 2 * FRAGMENT_BYTES;

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
