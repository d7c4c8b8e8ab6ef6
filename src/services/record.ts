/** How services write into the audit log. `services/audit` implements it, `node/` hands it to whoever records. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { AuditEntrySchema } from '../../gen/towline/v1/audit_pb.ts';
import type { Principal } from '../rpc/principal.ts';

type EventInit = NonNullable<MessageInitShape<typeof AuditEntrySchema>['event']>;

/** What happened, as in `AuditEntry.event`: `{ case: 'decision', value: { effect: 'deny', … } }`. */
export type AuditEvent = Exclude<EventInit, { case: 'checkpoint' } | { case?: undefined }>;

/** Something to record. */
export interface AuditRecord {
  /** Who caused it; absent if nobody in particular did. */
  readonly principal?: Principal | undefined;
  readonly event: AuditEvent;
}

/**
 * Resolves when the record is on disk. Rejects with `unavailable`, reason AUDIT_UNAVAILABLE, if it cannot be: whoever
 * must not go on unrecorded refuses then.
 */
export type Record = (record: AuditRecord) => Promise<void>;

/** The same without waiting: on disk soon; while the disk is full, kept in memory up to a bound, then counted as lost. */
export type Note = (record: AuditRecord) => void;
