/** Harm that is done to bytes. */
import type { Random } from '../../support/random.ts';

const HARMFUL = [0x00, 0x01, 0x02, 0x7f, 0x80, 0xff];

/** The bytes with one to four changes, or none. */
export function mutated(random: Random, bytes: Buffer): Buffer {
  let changed = bytes;
  for (let count = random.below(5); count > 0; count--) changed = changedOnce(random, changed);
  return changed;
}

function changedOnce(random: Random, bytes: Buffer): Buffer {
  if (bytes.length === 0) return Buffer.from(random.bytes(1));
  const at = random.below(bytes.length);
  const end = Math.min(bytes.length, at + 1 + random.below(16));
  switch (random.below(7)) {
    case 0: // one bit
      return replaced(bytes, at, (bytes[at] as number) ^ (1 << random.below(8)));
    case 1:
      return replaced(bytes, at, random.pick(HARMFUL));
    case 2: // cut off
      return bytes.subarray(0, at);
    case 3: // taken out
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    case 4: // said twice
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    case 5: // put between
      return Buffer.concat([bytes.subarray(0, at), random.bytes(1 + random.below(8)), bytes.subarray(at)]);
    default: // a varint as long as it gets
      return Buffer.concat([bytes.subarray(0, at), Buffer.from('ffffffff0f', 'hex'), bytes.subarray(end)]);
  }
}

function replaced(bytes: Buffer, at: number, byte: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = byte;
  return copy;
}
