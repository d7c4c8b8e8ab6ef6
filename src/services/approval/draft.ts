/** A question as the approval that it becomes. */
import { randomBytes } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Approval, ApprovalSchema, ApprovalState } from '../../../gen/towline/v1/approval_pb.ts';
import { concatBytes, sha256 } from '../../base/bytes.ts';
import type { Question } from './ask.ts';
import { askerOf } from './asker.ts';
import { bindingOf } from './binding.ts';
import { VIEW_BYTES } from './limits.ts';
import { viewOf } from './view.ts';

/** Its binding counts at once; its id and times are for the case that it is raised. */
export function draftOf(question: Question, nodeId: Uint8Array, waitMs: number, nowMs: number): Approval {
  const { principal, verb, tool, resource = '', argumentBytes, policyVersion, rule } = question;
  const { text, isWhole } = viewOf(argumentBytes, VIEW_BYTES);
  const approval = create(ApprovalSchema, {
    approvalId: newApprovalId(nowMs),
    state: ApprovalState.PENDING,
    asker: askerOf(principal),
    nodeId,
    node: 'self',
    verb,
    resource,
    argumentsSha256: sha256(argumentBytes),
    argumentsSizeBytes: argumentBytes.length,
    argumentsText: text,
    argumentsTruncated: !isWhole,
    policyVersion,
    rule,
    createTime: timestampFromMs(nowMs),
    expireTime: timestampFromMs(nowMs + waitMs),
    ...(tool && { tool: { node: 'self', ...tool } }),
  });
  approval.binding = bindingOf(approval);
  return approval;
}

/** In the order of time, and nobody's guess. */
export function newApprovalId(nowMs: number): Uint8Array {
  const time = Buffer.alloc(6);
  time.writeUIntBE(Math.max(0, Math.floor(nowMs)), 0, time.length);
  return concatBytes(time, randomBytes(10));
}
