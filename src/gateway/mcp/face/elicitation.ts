/** An approval as a question that an MCP client puts to its user, and the user's answer. Exact JSON text both ways. */

import { create } from '@bufbuild/protobuf';
import {
  type Approval,
  type ApprovalDecision,
  ApprovalDecisionSchema,
} from '../../../../gen/towline/v1/approval_pb.ts';
import { toHex } from '../../../base/bytes.ts';
import { jsonMembers } from '../../../base/json-text.ts';
import { visible } from '../../../base/visible.ts';

/** A dialog shows no more. Who wants to see all of it looks with `towline approvals show`. */
const SHOWN_CHARS = 4_000;

const schema = {
  type: 'object',
  properties: {
    decision: {
      type: 'string',
      title: 'Decision',
      description: 'approve lets this call run, once',
      enum: ['deny', 'approve'],
    },
    comment: { type: 'string', title: 'Comment', description: 'If denied, what the asker is told.', maxLength: 256 },
  },
  required: ['decision'],
};

/** The parameters of `elicitation/create`. */
export function questionText(approval: Approval): string {
  return JSON.stringify({ message: messageOf(approval), requestedSchema: schema });
}

/** What the user said: nothing if the dialog was closed without an answer, which leaves it to others. */
export function decisionOf(result: string): ApprovalDecision | undefined {
  const { action, content } = JSON.parse(result) as { action?: unknown; content?: unknown };
  if (action === 'decline') return denial('');
  if (action !== 'accept' || typeof content !== 'object' || content === null) return undefined;
  const { decision, comment } = content as { decision?: unknown; comment?: unknown };
  if (decision === 'approve') return create(ApprovalDecisionSchema, { answer: { case: 'approve', value: {} } });
  return decision === 'deny' ? denial(typeof comment === 'string' ? comment.slice(0, 256) : '') : undefined;
}

/** Whether a client that says so of itself can ask its user. `capabilities` is exact JSON text. */
export function canElicit(capabilities: string | undefined): boolean {
  return capabilities?.startsWith('{') === true && jsonMembers(capabilities).has('elicitation');
}

function denial(comment: string): ApprovalDecision {
  return create(ApprovalDecisionSchema, { answer: { case: 'deny', value: { comment } } });
}

function messageOf(approval: Approval): string {
  const { asker, node, tool, resource, verb, argumentsText, argumentsSizeBytes, argumentsSha256, rule } = approval;
  const who =
    asker?.kind === 'peer' ? `${asker.agent || 'the node'} on ${asker.name}` : `${asker?.kind} ${asker?.name}`;
  const what = tool ? `${tool.upstream}/${tool.name}` : resource || verb;
  const shown = visible(argumentsText.slice(0, SHOWN_CHARS));
  const isCut = approval.argumentsTruncated || argumentsText.length > SHOWN_CHARS;
  return [
    `${visible(who)} wants to use ${visible(what)} on ${node === 'self' ? 'this node' : visible(node)}. (rule ${visible(rule)})`,
    `Arguments: ${shown || 'none'}`,
    ...(isCut ? [`This is NOT ALL of the ${argumentsSizeBytes} bytes (SHA-256 ${toHex(argumentsSha256)}).`] : []),
    `Approval ${toHex(approval.approvalId).slice(-8)}. Whoever answers first decides.`,
  ].join('\n');
}
