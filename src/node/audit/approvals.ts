/** Approvals and grants as they are recorded. */
import { type Approval, ApprovalStateSchema, type Grant } from '../../../gen/towline/v1/approval_pb.ts';
import type { ToolRef } from '../../../gen/towline/v1/tool_pb.ts';
import { toHex } from '../../base/bytes.ts';
import type { Principal, PrincipalKind } from '../../rpc/principal.ts';
import type { Record as ApprovalRecord } from '../../services/approval/approvals.ts';
import type { AuditEvent, Record } from '../../services/record.ts';

/** An approval that cannot be recorded is denied: this rejects then. */
export function approvalRecord(record: Record): ApprovalRecord {
  return (said) =>
    said.kind === 'approval'
      ? record({ principal: askerOf(said.approval), event: approvalEvent(said.approval) })
      : record({ event: grantEvent(said.grant, said.step) });
}

function approvalEvent(approval: Approval): AuditEvent {
  const { approvalId, state, reason, votes, tool, resource, argumentsSha256, policyVersion, expireTime } = approval;
  const deciders = votes.map(({ decider }) => decider?.name ?? '').join(', ');
  const value = {
    approvalId: toHex(approvalId),
    step: ApprovalStateSchema.value[state]?.localName.toLowerCase() ?? String(state),
    decidedBy: deciders.slice(0, 512),
    tool: toolText(tool) || resource,
    argumentsSha256,
    policyVersion,
    reason,
    ...(expireTime && { expireTime }),
  };
  return { case: 'approval', value };
}

function grantEvent({ grantId, asker, tool, verb, resource, expireTime }: Grant, step: string): AuditEvent {
  const grantee = asker ? `${asker.kind}:${asker.name}${asker.agent && ` (${asker.agent})`}` : '';
  const what = `${verb} ${toolText(tool) || resource}`.slice(0, 1_024);
  return {
    case: 'grant',
    value: { grantId: toHex(grantId), step, grantee, resource: what, ...(expireTime && { expireTime }) },
  };
}

function askerOf({ asker }: Approval): Principal | undefined {
  if (!asker) return undefined;
  const { kind, name, nodeId, agent } = asker;
  const facts = { ...(nodeId.length > 0 && { nodeId }), ...(agent !== '' && { agent }) };
  return { kind: kind as PrincipalKind, name, groups: new Set(), ...facts };
}

function toolText(tool: ToolRef | undefined): string {
  return tool ? `${tool.node || 'self'}/${tool.upstream}/${tool.name}` : '';
}
