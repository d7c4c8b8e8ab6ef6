/** Entries from what is recorded. Their place in the chain is given to them when they are written. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { AuditEntrySchema, type AuditPrincipal, AuditPrincipalSchema } from '../../../gen/towline/v1/audit_pb.ts';
import { LocalError } from '../../base/errors.ts';
import { encodeMessage } from '../../rpc/link-encode.ts';
import type { Principal } from '../../rpc/principal.ts';
import type { AuditRecord } from '../record.ts';
import { MAX_ENTRY_BYTES } from './limits.ts';

type Init = MessageInitShape<typeof AuditEntrySchema>;

/** All of an entry but its place in the chain. Throws AUDIT_ENTRY_TOO_LARGE. */
export function encodeRest(timeMs: number, event: Init['event'], principal?: AuditPrincipal): Uint8Array {
  const init: Init = { time: timestampFromMs(timeMs), ...(event && { event }), ...(principal && { principal }) };
  const bytes = encodeMessage(AuditEntrySchema, create(AuditEntrySchema, init));
  if (bytes.length <= MAX_ENTRY_BYTES / 2) return bytes;
  throw new LocalError('AUDIT_ENTRY_TOO_LARGE', `a record of ${bytes.length} bytes does not fit into the audit log`);
}

export function restOf({ event, principal }: AuditRecord, timeMs: number): Uint8Array {
  return encodeRest(timeMs, event, principal && auditPrincipal(principal));
}

const known = new WeakMap<Principal, AuditPrincipal>();

/** A caller as it is written down. */
export function auditPrincipal(principal: Principal): AuditPrincipal {
  let found = known.get(principal);
  if (found === undefined) {
    const { kind, name, agent = '', nodeId = new Uint8Array(0), tokenId = '' } = principal;
    found = create(AuditPrincipalSchema, { kind, name, agent, nodeId, tokenId });
    known.set(principal, found);
  }
  return found;
}
