import { randomBytes } from 'node:crypto';

/** What tells this process from all others: a request id must never come again from another start of the same node. */
const prefix = randomBytes(8);
let count = 0n;

/** 16 bytes that no other call has: 8 random ones for the process, and a count. Nobody needs to be unable to guess it. */
export function newRequestId(): Uint8Array<ArrayBuffer> {
  const id = Buffer.alloc(16);
  prefix.copy(id);
  id.writeBigUInt64BE(++count, 8);
  return new Uint8Array(id.buffer);
}
