import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { Command } from 'commander';
import {
  type Approval,
  type ApprovalDecisionSchema,
  ApprovalSchema,
  ApprovalState,
} from '../../../gen/towline/v1/approval_pb.ts';
import {
  ApprovalService,
  DecideApprovalResponseSchema,
  ListApprovalsResponseSchema,
  type WatchApprovalsResponse,
  WatchApprovalsResponseSchema,
} from '../../../gen/towline/v1/approval_service_pb.ts';
import { findApproval, lastApproved, listApprovals } from '../approvals.ts';
import { nodeClient } from '../client.ts';
import { confirm } from '../confirm.ts';
import { parseWholeSeconds } from '../duration.ts';
import type { Io } from '../io.ts';
import { renderApproval, renderApprovals, shortId, targetText } from '../render/approvals.ts';
import { jsonOf, prettyJson } from '../render/json.ts';
import { durationText } from '../render/time.ts';

export const examples = [
  'towline approvals',
  'towline approvals --watch',
  'towline approvals show 3fa9c1d2',
  'towline approvals approve 3fa9c1d2',
  'towline approvals deny 3fa9c1d2 --comment "not before the release"',
  'towline approvals always 3fa9c1d2 --for 8h',
];

type Answer = MessageInitShape<typeof ApprovalDecisionSchema>['answer'];

interface YesOptions {
  readonly yes?: boolean;
}

interface AlwaysOptions extends YesOptions {
  readonly for: number;
  readonly sameArguments?: boolean;
}

/** `towline approvals`: what waits for a yes or a no, here and at the nodes that have this one as an approver. */
export function setup(command: Command, io: Io): void {
  command.option('-a, --all', 'also those that have ended');
  command.option('-w, --watch', 'go on with each new one, until Ctrl-C; with --json one event a line');
  command.action(({ all = false, watch }: { all?: boolean; watch?: boolean }) =>
    watch === true ? watchApprovals(io) : list(io, all),
  );
  command
    .command('show <id>')
    .description('Show one with its arguments, and what is different from the last that was approved.')
    .action((id: string) => show(io, id));
  command
    .command('approve <id>')
    .description('Let the call run, this once.')
    .option('--yes', 'do not ask for a confirmation: for programs')
    .action((id: string, { yes }: YesOptions) => approve(io, id, { case: 'approve', value: {} }, yes === true));
  command
    .command('deny <id>')
    .description('Refuse the call.')
    .option('--comment <text>', 'what the asker is told')
    .action((id: string, { comment = '' }: { comment?: string }) => deny(io, id, comment));
  command
    .command('always <id>')
    .description('Let the call run, and this asker use this tool without asking for a while.')
    .requiredOption('--for <time>', 'how long: 1m to 30d', parseWholeSeconds)
    .option('--same-arguments', 'for these very arguments alone')
    .option('--yes', 'do not ask for a confirmation: for programs')
    .action((id: string, { for: lifetimeSeconds, sameArguments = false, yes }: AlwaysOptions) =>
      approve(io, id, { case: 'always', value: { lifetimeSeconds, sameArguments } }, yes === true),
    );
}

async function list(io: Io, all: boolean): Promise<void> {
  const approvals = await listApprovals(io.home, all);
  if (io.json) {
    const answer = create(ListApprovalsResponseSchema, { approvals });
    return io.print(prettyJson(jsonOf(ListApprovalsResponseSchema, answer)));
  }
  if (approvals.length > 0) return io.print(renderApprovals(io.style, approvals));
  io.note(all ? 'Nobody has asked yet.' : 'Nothing waits for you. --all shows what has ended.');
}

async function show(io: Io, id: string): Promise<void> {
  const all = await listApprovals(io.home, true);
  const approval = findApproval(all, id);
  if (io.json) return io.print(prettyJson(jsonOf(ApprovalSchema, approval)));
  io.print(renderApproval(io.style, approval, lastApproved(all, approval)));
}

/** What is approved is what was shown: its binding goes with the answer. */
async function approve(io: Io, id: string, answer: NonNullable<Answer>, isConfirmed: boolean): Promise<void> {
  const all = await listApprovals(io.home, true);
  const approval = findApproval(all, id);
  if (!isConfirmed && approval.state === ApprovalState.PENDING) {
    io.note(renderApproval(io.style, approval, lastApproved(all, approval)));
    await confirm(io, `\nLet it run?${scopeText(answer)}`, wordOf(approval));
  }
  await decide(io, approval, answer);
}

/** Typing the tool's name shows that it was read; what is not easily typed is replaced by the id. */
function wordOf({ approvalId, tool }: Approval): string {
  const name = tool?.name ?? '';
  return /^[\w.:-]{1,64}$/.test(name) ? name : shortId(approvalId);
}

async function deny(io: Io, id: string, comment: string): Promise<void> {
  await decide(io, findApproval(await listApprovals(io.home, true), id), { case: 'deny', value: { comment } });
}

async function decide(io: Io, { approvalId, binding }: Approval, answer: NonNullable<Answer>): Promise<void> {
  const client = await nodeClient(io.home, ApprovalService);
  const response = await client.decideApproval({ approvalId, binding, decision: { answer } });
  if (io.json) return io.print(prettyJson(jsonOf(DecideApprovalResponseSchema, response)));
  if (response.approval) io.print(outcomeText(response.approval, answer));
}

function scopeText(answer: NonNullable<Answer>): string {
  if (answer.case !== 'always') return '';
  const { lifetimeSeconds = 0, sameArguments } = answer.value ?? {};
  const what = sameArguments ? 'with these arguments' : 'with ANY arguments';
  return ` For ${durationText(lifetimeSeconds * 1_000)} the same asker may use the same tool ${what} without asking.`;
}

function outcomeText(approval: Approval, answer: NonNullable<Answer>): string {
  const what = `${shortId(approval.approvalId)}: ${targetText(approval)}`;
  if (approval.state === ApprovalState.PENDING) return `${what} still waits for ${approval.missing.join(', ')}.`;
  if (answer.case === 'deny') return `${what} was denied.`;
  if (answer.case !== 'always') return `${what} runs.`;
  if (approval.grantId.length === 0)
    return `${what} runs. No grant was written: somebody said yes for this once, or see towline logs.`;
  return `${what} runs. The grant ${shortId(approval.grantId)} lasts: towline grants list.`;
}

async function watchApprovals(io: Io): Promise<void> {
  const client = await nodeClient(io.home, ApprovalService);
  const { watchUntilInterrupted } = await import('../watch.ts');
  await watchUntilInterrupted(
    (signal) => client.watchApprovals({}, { signal }),
    (event) => {
      const text = io.json ? JSON.stringify(jsonOf(WatchApprovalsResponseSchema, event)) : eventText(io, event);
      if (text !== '') io.print(text);
    },
  );
}

function eventText({ style }: Io, { event }: WatchApprovalsResponse): string {
  const time = style.dim(new Date().toLocaleTimeString());
  if (event.case === 'lostApprovalId') return `${time}  ${shortId(event.value)}  ${style.bad('its node is not there')}`;
  if (event.case !== 'approval') return '';
  const id = shortId(event.value.approvalId);
  if (event.value.state !== ApprovalState.PENDING || event.value.votes.length > 0) {
    return `${time}  ${renderApprovals(style, [event.value]).split('\n').at(-1)}`;
  }
  const how = event.value.decidable ? style.accent(`towline approvals approve ${id}   (or: deny, always)`) : '';
  return [time, renderApproval(style, event.value), how, ''].join('\n');
}
