import { randomBytes } from 'node:crypto';

/** What tells this process from all others: a request id must never come again from another start of the same node. */
const prefix = randomBytes(10);
/** More calls than a process makes in a thousand years. */
const countBytes = 6;
let count = 0;

/** 16 bytes that no other call has: ten random ones for the process, and a count. Nobody needs to be unable to guess it. */
export function newRequestId(): Uint8Array<ArrayBuffer> {
  const id = Buffer.allocUnsafe(prefix.length + countBytes);
  prefix.copy(id);
  id.writeUIntBE(++count, prefix.length, countBytes);
  return id;
}
