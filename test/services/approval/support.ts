/** Approvals in memory, with people who answer. */
import { create } from '@bufbuild/protobuf';
import { onTestFinished } from 'vitest';
import {
  type Approval,
  type ApprovalDecider,
  ApprovalDeciderSchema,
  type ApprovalDecision,
  ApprovalDecisionSchema,
} from '../../../gen/towline/v1/approval_pb.ts';
import { equalBytes, toHex } from '../../../src/base/bytes.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { Principal } from '../../../src/rpc/principal.ts';
import { Approvals, type ApprovalsOptions } from '../../../src/services/approval/approvals.ts';
import { type ApproverRules, Approvers } from '../../../src/services/approval/approvers.ts';
import type { AskOptions, Decision, Question } from '../../../src/services/approval/ask.ts';
import { Grants } from '../../../src/services/approval/grants.ts';
import { openMemoryStore } from '../../../src/store/memory/store.ts';
import { newNodeId } from '../../trust/support.ts';

export const keys = { bob: newNodeId(), phone: newNodeId(), watch: newNodeId(), eve: newNodeId() };
const groups: Record<string, (keyof typeof keys)[]> = { '@ops': ['phone', 'watch'] };

export const peer = (alias: keyof typeof keys, agent?: string): Principal => ({
  kind: 'peer',
  name: alias,
  nodeId: keys[alias],
  groups: new Set(['home']),
  ...(agent !== undefined && { agent }),
});
/** Subjects of tokens that let a program decide. */
const programs = ['pager', 'robot'];
export const program = (name: string): Principal => ({ kind: 'program', name, groups: new Set(), tokenId: '00' });
export const agent = (name: string): Principal => ({ kind: 'agent', name, groups: new Set(), tokenId: '00' });
export const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };

export const byToken = (subject: string): ApprovalDecider =>
  create(ApprovalDeciderSchema, { name: `token:${subject}` });

/** The owner of the node; in front of an agent's session, if one is named. */
export const self = (session = ''): ApprovalDecider => create(ApprovalDeciderSchema, { name: 'self', agent: session });
export const by = (alias: keyof typeof keys): ApprovalDecider =>
  create(ApprovalDeciderSchema, { name: alias, nodeId: keys[alias] });

export const yes = create(ApprovalDecisionSchema, { answer: { case: 'approve', value: {} } });
export const no = create(ApprovalDecisionSchema, { answer: { case: 'deny', value: { comment: 'not today' } } });
export const always = (lifetimeSeconds = 3_600, sameArguments = false): ApprovalDecision =>
  create(ApprovalDecisionSchema, { answer: { case: 'always', value: { lifetimeSeconds, sameArguments } } });

export const question = (text = '{"path":"/etc"}', more: Partial<Question> = {}): Question => ({
  principal: peer('bob', 'worker'),
  verb: 'tools.call',
  tool: { upstream: 'fs', name: 'write' },
  argumentBytes: Buffer.from(text),
  policyVersion: 'v1',
  rule: 'writes',
  ...more,
});

export async function start(
  rules: Partial<ApproverRules> = {},
  more: Partial<ApprovalsOptions> & { isTrusted?: (nodeId: Uint8Array) => boolean } = {},
  store = openMemoryStore(),
) {
  // Read each time: a test may change them as it goes.
  const inForce = () => ({ approvers: ['self', 'phone'], required: [], quorum: 1, waitMs: 60_000, ...rules });
  const keysOf = (name: string) => (groups[name] ?? [name as keyof typeof keys]).flatMap((alias) => keys[alias] ?? []);
  const now = more.now ?? Date.now;
  const isTrusted = more.isTrusted ?? ((nodeId) => Object.values(keys).some((key) => equalBytes(key, nodeId)));
  const grants = await Grants.open({ table: store.table('grants'), isTrusted, now });
  const approvals = await Approvals.open({
    table: store.table('approvals'),
    grants,
    approvers: new Approvers(inForce, { keysOf, hasProgram: (subject) => programs.includes(subject) }),
    nodeId: () => keys.watch,
    log: silentLog,
    ...more,
  });
  onTestFinished(() => approvals.close());
  return new Desk(approvals, store);
}

/** Asks, waits until people have heard of it, and answers. */
export class Desk {
  readonly approvals: Approvals;
  readonly store: ReturnType<typeof openMemoryStore>;

  constructor(approvals: Approvals, store: ReturnType<typeof openMemoryStore>) {
    this.approvals = approvals;
    this.store = store;
  }

  ask(asked: Question = question(), options: Partial<AskOptions> = {}): Promise<Decision> {
    return this.approvals.ask(asked, { signal: new AbortController().signal, ...options });
  }

  /** The oldest that waits, as soon as it does. */
  async raised(decider = self(), count = 1): Promise<Approval> {
    const stop = new AbortController();
    const changes = this.approvals.changes.watch(stop.signal)[Symbol.asyncIterator]();
    while (this.approvals.pending(decider).length < count) await changes.next();
    stop.abort();
    return this.approvals.pending(decider).at(-1) as Approval;
  }

  decide(decider: ApprovalDecider, { approvalId, binding }: Pick<Approval, 'approvalId' | 'binding'>, decision = yes) {
    return this.approvals.decide(decider, { approvalId, binding, decision });
  }

  /** What is remembered of it. */
  async kept({ approvalId }: Approval): Promise<Approval | undefined> {
    const rows = await this.approvals.before(undefined, 1_000, self());
    return rows.find((approval) => toHex(approval.approvalId) === toHex(approvalId));
  }
}
