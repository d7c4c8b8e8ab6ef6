import {
  type Approval,
  type ApprovalAsker,
  ApprovalState,
  ApprovalStateSchema,
  type Grant,
} from '../../../gen/towline/v1/approval_pb.ts';
import { toHex } from '../../base/bytes.ts';
import { shortNodeId } from '../../trust/node-id.ts';
import { diffLines } from './diff.ts';
import { enumWord } from './enum-word.ts';
import { jsonLines } from './json-lines.ts';
import { plainLine } from './plain.ts';
import type { Style } from './style.ts';
import { renderPairs, renderTable } from './table.ts';
import { agoText, durationText, untilText } from './time.ts';

/** Enough of an id to type: its last digits are random, its first are a time. */
const SHORT_DIGITS = 8;

export function shortId(id: Uint8Array): string {
  return toHex(id).slice(-SHORT_DIGITS);
}

/** Approvals, one a line. */
export function renderApprovals(style: Style, approvals: readonly Approval[]): string {
  const rows = approvals.map((approval) => [
    style.bold(shortId(approval.approvalId)),
    stateText(style, approval),
    askerText(approval.asker),
    targetText(approval),
    plainLine(approval.rule),
    agoText(approval.createTime),
    deciders(approval),
  ]);
  return renderTable(style, ['ID', 'STATE', 'WHO ASKS', 'FOR WHAT', 'RULE', 'ASKED', 'DECIDED BY'], rows);
}

/** One approval with its arguments; as a change of `before`, if that is an earlier one for the same asker and tool. */
export function renderApproval(style: Style, approval: Approval, before?: Approval): string {
  const facts = renderPairs(style, [
    ['approval', `${toHex(approval.approvalId)}, ${stateText(style, approval)}`],
    ['who asks', askerText(approval.asker)],
    [
      'for what',
      `${style.bold(targetText(approval))} (${plainLine(approval.verb)}), by the rule ${plainLine(approval.rule)}`,
    ],
    ['missing', approval.missing.map(plainLine).join(', ')],
    [
      'said',
      approval.votes
        .map(({ decider, decision }) => `${plainLine(decider?.name ?? '')}: ${decision?.answer.case}`)
        .join(', '),
    ],
    ['arguments', `${approval.argumentsSizeBytes} bytes, SHA-256 ${toHex(approval.argumentsSha256)}`],
  ]);
  return [facts, '', ...argumentLines(style, approval, before)].join('\n');
}

/** "desk: fs/write" of a peer's tool; what the verb is about otherwise. */
export function targetText({ node, tool, resource, verb }: Approval): string {
  const path = tool
    ? [tool.node, tool.upstream, tool.name].filter((part) => part !== '' && part !== 'self').join('/')
    : '';
  const what = plainLine(path || resource || verb);
  return node === 'self' ? what : `${plainLine(node)}: ${what}`;
}

export function renderGrants(style: Style, grants: readonly Grant[]): string {
  const rows = grants.map((grant) => [
    style.bold(shortId(grant.grantId)),
    askerText(grant.asker),
    plainLine([grant.tool?.upstream, grant.tool?.name].filter(Boolean).join('/') || grant.resource || grant.verb),
    grant.argumentsSha256 ? `these alone: ${toHex(grant.argumentsSha256).slice(0, 16)}…` : 'any',
    grant.deciders.map(({ name }) => plainLine(name)).join(', '),
    untilText(grant.expireTime),
    String(grant.useCount),
  ]);
  return renderTable(style, ['ID', 'WHO MAY', 'USE WHAT', 'ARGUMENTS', 'GIVEN BY', 'EXPIRES', 'USED'], rows);
}

/** "claude on laptop (z6Mk…)". */
function askerText(asker: ApprovalAsker | undefined): string {
  if (!asker) return '';
  const { kind, name, nodeId, agent } = asker;
  if (kind !== 'peer') return plainLine(`${kind} ${name}`);
  const on = nodeId.length === 32 ? ` (${shortNodeId(nodeId)})` : '';
  return plainLine(agent === '' ? `node ${name}${on}` : `${agent} on ${name}${on}`);
}

function stateText(style: Style, { state, reason, remainingMs }: Approval): string {
  const word = enumWord(ApprovalStateSchema, state);
  if (state === ApprovalState.PENDING) return style.warn(`${word}, ${durationText(remainingMs)} left`);
  if (state === ApprovalState.USED || state === ApprovalState.GRANTED) return style.good(word);
  return style.bad(plainLine(reason === 'DENIED' ? word : `${word}: ${reason}`));
}

function deciders({ votes, state }: Approval): string {
  const wanted = state === ApprovalState.DENIED ? ['deny'] : ['approve', 'always'];
  const said = votes.filter(({ decision }) => wanted.includes(decision?.answer.case ?? ''));
  return said.map(({ decider }) => plainLine(decider?.name ?? '')).join(', ');
}

function argumentLines(style: Style, approval: Approval, before: Approval | undefined): string[] {
  const lines = jsonLines(approval.argumentsText);
  const cut = approval.argumentsTruncated
    ? [style.bad(`! This is not all: ${approval.argumentsSizeBytes} bytes would run. The approval is for all of them.`)]
    : [];
  if (lines.length === 0) return [style.dim('no arguments'), ...cut];
  const old = before ? jsonLines(before.argumentsText) : [];
  const title = before ? [style.dim(`compared with what was approved ${agoText(before.endTime)}:`)] : [];
  const paint = { '+': style.good, '-': style.bad, ' ': (text: string) => text };
  return [...title, ...diffLines(old, lines).map(({ mark, text }) => paint[mark](`${mark} ${text}`)), ...cut];
}
