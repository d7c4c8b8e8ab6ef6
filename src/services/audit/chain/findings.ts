/** What a verification finds, gathered and told. */
import { create } from '@bufbuild/protobuf';
import { type AuditFinding, AuditFindingSchema } from '../../../../gen/towline/v1/audit_service_pb.ts';
import { MAX_FINDINGS } from '../limits.ts';

export type FindingReason =
  | 'ENTRY_CHANGED'
  | 'ENTRIES_MISSING'
  | 'ENTRIES_REORDERED'
  | 'ENTRY_REPEATED'
  | 'BYTES_UNREADABLE'
  | 'CHECKPOINT_INVALID'
  | 'CHECKPOINT_FOREIGN'
  | 'CHECKPOINT_MISSING'
  | 'END_CUT'
  | 'HEAD_MISSING'
  | 'HEAD_INVALID'
  | 'HEAD_MISMATCH'
  | 'ROTATION_INVALID';

export interface Finding {
  readonly reason: FindingReason;
  readonly segment: string;
  readonly first: number;
  readonly last: number;
  readonly offset: number;
  readonly message: string;
}

export class Findings {
  readonly #kept: AuditFinding[] = [];
  #count = 0;

  add({ reason, segment, first, last, offset, message }: Finding): void {
    this.#count++;
    if (this.#kept.length === MAX_FINDINGS) return;
    const place = { firstNumber: BigInt(first), lastNumber: BigInt(last), offsetBytes: BigInt(offset) };
    this.#kept.push(create(AuditFindingSchema, { reason, segment, message, ...place }));
  }

  get count(): number {
    return this.#count;
  }

  get kept(): AuditFinding[] {
    return this.#kept;
  }
}

/** "entry 7" or "entries 7 to 9". */
export function entriesText(first: number, last: number): string {
  return first === last ? `entry ${first}` : `entries ${first} to ${last}`;
}
