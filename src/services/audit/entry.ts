/** Entries from what is recorded. Their place in the chain is given to them when they are written. */
import { create, type Message, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  type AuditEntry,
  AuditEntrySchema,
  type AuditPrincipal,
  AuditPrincipalSchema,
} from '../../../gen/towline/v1/audit_pb.ts';
import { LocalError } from '../../base/errors.ts';
import { standIn } from '../../rpc/encoded.ts';
import { encodeMessage } from '../../rpc/link-encode.ts';
import type { Principal } from '../../rpc/principal.ts';
import type { AuditRecord } from '../record.ts';
import { MAX_ENTRY_BYTES } from './limits.ts';

type Init = MessageInitShape<typeof AuditEntrySchema>;

/** All of an entry but its place in the chain. Throws AUDIT_ENTRY_TOO_LARGE. */
export function encodeRest(timeMs: number, event: Init['event'], principal?: AuditPrincipal): Uint8Array {
  const bytes = encodeMessage(AuditEntrySchema, entryOf(timeMs, event, principal));
  if (bytes.length <= MAX_ENTRY_BYTES / 2) return bytes;
  throw new LocalError('AUDIT_ENTRY_TOO_LARGE', `a record of ${bytes.length} bytes does not fit into the audit log`);
}

const blank = create(AuditEntrySchema);

/** Events without messages in them, as `create` makes them of nothing, by the name of their case. */
const flatEvents = new Map(
  (AuditEntrySchema.oneofs[0]?.fields ?? []).flatMap(({ localName, message }) =>
    message?.fields.every(({ fieldKind }) => fieldKind === 'scalar' || fieldKind === 'enum')
      ? [[localName, create(message)]]
      : [],
  ),
);

/** As `create` makes it; but what is recorded of every call is put together without a look at each field. */
function entryOf(timeMs: number, event: Init['event'], principal: AuditPrincipal | undefined): AuditEntry {
  const time = timestampFromMs(timeMs);
  const flat = event?.case && flatEvents.get(event.case);
  if (flat) {
    const value = { ...flat, ...event.value } as Message;
    return { ...blank, time, principal, event: { case: event.case, value } as AuditEntry['event'] };
  }
  return create(AuditEntrySchema, { time, ...(event && { event }), ...(principal && { principal }) });
}

export function restOf({ event, principal }: AuditRecord, timeMs: number): Uint8Array {
  return encodeRest(timeMs, event, principal && auditPrincipal(principal));
}

const known = new WeakMap<Principal, AuditPrincipal>();

/** A caller as it is written down: only to be written, not to be read. */
export function auditPrincipal(principal: Principal): AuditPrincipal {
  let found = known.get(principal);
  if (found === undefined) {
    const { kind, name, agent = '', nodeId = new Uint8Array(0), tokenId = '' } = principal;
    const schema = AuditPrincipalSchema;
    found = standIn(schema, toBinary(schema, create(schema, { kind, name, agent, nodeId, tokenId })));
    known.set(principal, found);
  }
  return found;
}
