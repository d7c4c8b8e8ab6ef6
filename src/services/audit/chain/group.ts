/** Entries that are written together, each chained to the one before. */
import type { AuditCheckpointReason } from '../../../../gen/towline/v1/audit_pb.ts';
import { encodeRest } from '../entry.ts';
import { hashOf, roomFor, writeFrame } from './frame.ts';
import { type Signer, signCheckpoint } from './sign.ts';

/** The last entry of a chain. */
export interface ChainEnd {
  readonly number: number;
  readonly hash: Buffer;
}

/** An entry without its place in the chain, or a checkpoint, which is made when its place is known. */
export type Item = { readonly rest: Uint8Array } | { readonly checkpoint: AuditCheckpointReason };

/** More than a checkpoint takes. */
const CHECKPOINT_ROOM = 256;

export function roomForAll(items: readonly Item[]): number {
  return items.reduce((sum, item) => sum + ('rest' in item ? roomFor(item.rest) : CHECKPOINT_ROOM), 0);
}

/** The bytes of the entries, and the chain's new end. */
export function writeGroup(
  end: ChainEnd,
  items: readonly Item[],
  signer: Signer,
  timeMs: number,
): { bytes: Buffer; end: ChainEnd } {
  const out = Buffer.allocUnsafe(roomForAll(items));
  let { number, hash } = end;
  let offset = 0;
  for (const item of items) {
    number++;
    const rest = 'rest' in item ? item.rest : checkpointRest(signer, hash, number, timeMs, item.checkpoint);
    const frame = writeFrame(out, offset, hash, number, rest);
    hash = hashOf(out.subarray(frame.start, frame.end));
    offset = frame.end;
  }
  return { bytes: out.subarray(0, offset), end: { number, hash } };
}

function checkpointRest(
  signer: Signer,
  previousHash: Buffer,
  number: number,
  timeMs: number,
  reason: AuditCheckpointReason,
): Uint8Array {
  const value = signCheckpoint(signer, { previousHash, number, timeMs }, reason);
  return encodeRest(timeMs, { case: 'checkpoint', value });
}
