/** What a node signs of its log: checkpoints in the chain, and where the chain ends. */
import { create } from '@bufbuild/protobuf';
import {
  type AuditCheckpoint,
  type AuditCheckpointReason,
  AuditCheckpointSchema,
  type AuditHead,
  AuditHeadSchema,
} from '../../../../gen/towline/v1/audit_pb.ts';
import type { Identity } from '../../../trust/identity.ts';
import { verify } from '../../../trust/signature.ts';

const DOMAIN = 'towline-audit-v1';
const CHECKPOINT = Buffer.from('checkpoint');
const HEAD = Buffer.from('head');

export type Signer = Pick<Identity, 'nodeId' | 'sign'>;

/** Where a checkpoint stands. */
export interface Place {
  readonly previousHash: Uint8Array;
  readonly number: number;
  readonly timeMs: number;
}

export function signCheckpoint(signer: Signer, place: Place, reason: AuditCheckpointReason): AuditCheckpoint {
  const signature = signer.sign(DOMAIN, CHECKPOINT, place.previousHash, numbers(place.number, place.timeMs, reason));
  return create(AuditCheckpointSchema, { reason, nodeId: signer.nodeId, signature });
}

export function isCheckpointRight({ nodeId, signature, reason }: AuditCheckpoint, place: Place): boolean {
  const said = numbers(place.number, place.timeMs, reason);
  return verify(nodeId, signature, DOMAIN, CHECKPOINT, place.previousHash, said);
}

export function signHead(signer: Signer, number: number, hash: Uint8Array): AuditHead {
  const signature = signer.sign(DOMAIN, HEAD, hash, numbers(number));
  return create(AuditHeadSchema, { number: BigInt(number), hash, nodeId: signer.nodeId, signature });
}

export function isHeadRight({ number, hash, nodeId, signature }: AuditHead): boolean {
  return verify(nodeId, signature, DOMAIN, HEAD, hash, numbers(Number(number)));
}

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [index, value] of values.entries()) bytes.writeBigUInt64BE(BigInt(value), index * 8);
  return bytes;
}
