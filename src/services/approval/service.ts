/** ApprovalService: what waits for the owner of this node, wherever it was asked, and the grants of this node. */
import { create } from '@bufbuild/protobuf';
import { Code, type ServiceImpl } from '@connectrpc/connect';
import { type Approval, type ApprovalDecider, ApprovalDeciderSchema } from '../../../gen/towline/v1/approval_pb.ts';
import {
  type ApprovalService,
  type DecideApprovalRequest,
  DecideApprovalResponseSchema,
  type ListApprovalsRequest,
  ListApprovalsResponseSchema,
  ListGrantsResponseSchema,
  RevokeGrantResponseSchema,
  type WatchApprovalsResponse,
  WatchApprovalsResponseSchema,
} from '../../../gen/towline/v1/approval_service_pb.ts';
import { fromHex, toHex } from '../../base/bytes.ts';
import { fromLocal } from '../../rpc/failure.ts';
import type { Approvals, Record } from './approvals.ts';
import { SELF } from './approvers.ts';
import { type AskedHere, idIn } from './asked.ts';

const DEFAULT_PAGE = 100;

export interface ApprovalServiceOptions {
  readonly approvals: Approvals;
  readonly asked: AskedHere;
  /** Gives an answer to the node that asks; rejects with what it says. */
  readonly forward: (approval: Approval, answer: DecideApprovalRequest) => Promise<Approval>;
  readonly record?: Record;
}

export function createApprovalService(options: ApprovalServiceOptions): ServiceImpl<typeof ApprovalService> {
  const { approvals } = options;
  return {
    listApprovals: (request) => list(options, request),
    watchApprovals: ({ agent }, { signal }) => watch(options, ownerAs(agent), signal),
    decideApproval: async (request) => {
      const approval = await decide(options, request);
      return create(DecideApprovalResponseSchema, { approval });
    },
    listGrants({ pageSize, pageToken }) {
      const all = approvals.grants.list();
      const start = pageToken === '' ? 0 : all.findIndex(({ grantId }) => toHex(grantId) === pageToken) + 1;
      const grants = all.slice(start, start + (pageSize || DEFAULT_PAGE));
      const last = grants.at(-1);
      const nextPageToken = last && last !== all.at(-1) ? toHex(last.grantId) : '';
      return create(ListGrantsResponseSchema, { grants, nextPageToken });
    },
    async revokeGrant({ grantId }) {
      const grant = await approvals.grants.revoke(grantId);
      await options.record?.({ kind: 'grant', step: 'revoked', grant });
      return create(RevokeGrantResponseSchema, { grant });
    },
  };
}

/** The owner, perhaps in front of an agent's session. */
function ownerAs(agent: string): ApprovalDecider {
  return create(ApprovalDeciderSchema, { name: SELF, agent });
}

async function list({ approvals, asked }: ApprovalServiceOptions, request: ListApprovalsRequest) {
  const { all, pageToken } = request;
  const size = request.pageSize || DEFAULT_PAGE;
  const owner = ownerAs('');
  const before = pageToken === '' ? undefined : pageToken;
  const own = all ? await approvals.before(before, size + 1, owner) : approvals.pending(owner);
  const rows = [...own, ...asked.list().filter(({ remainingMs }) => all || remainingMs > 0)]
    .map((approval) => ({ approval, id: toHex(approval.approvalId) }))
    .filter(({ id }) => before === undefined || id < before)
    .sort((left, right) => (left.id < right.id ? 1 : -1));
  const shown = rows.slice(0, size);
  const nextPageToken = rows.length > size ? (shown.at(-1)?.id ?? '') : '';
  return create(ListApprovalsResponseSchema, { approvals: shown.map(({ approval }) => approval), nextPageToken });
}

async function* watch(
  { approvals, asked }: ApprovalServiceOptions,
  owner: ApprovalDecider,
  signal: AbortSignal,
): AsyncGenerator<WatchApprovalsResponse> {
  const changes = approvals.changes.watch(signal);
  const told = new Set<string>();
  const tell = (event: WatchApprovalsResponse['event']) => create(WatchApprovalsResponseSchema, { event });
  for (const approval of [...approvals.pending(owner), ...asked.list().filter(({ remainingMs }) => remainingMs > 0)]) {
    told.add(toHex(approval.approvalId));
    yield tell({ case: 'approval', value: approval });
  }
  yield tell({ case: 'synced', value: { $typeName: 'towline.v1.ApprovalsSynced' } });
  for await (const key of changes) {
    const approval = approvals.find(key, owner) ?? asked.find(key);
    const id = idIn(key);
    if (approval) {
      told.add(id);
      yield tell({ case: 'approval', value: approval });
      if (approval.remainingMs === 0) told.delete(id);
    } else if (told.delete(id)) yield tell({ case: 'lostApprovalId', value: fromHex(id) });
  }
}

async function decide(options: ApprovalServiceOptions, request: DecideApprovalRequest): Promise<Approval> {
  const { approvals, asked, forward } = options;
  const { approvalId, binding, decision, agent } = request;
  const elsewhere = asked.match(approvalId, binding);
  try {
    if (elsewhere) return await forward(elsewhere, request);
    return await approvals.decide(ownerAs(agent), { approvalId, binding, decision: required(decision) });
  } catch (error) {
    throw fromLocal(error, { GRANTS_FULL: Code.ResourceExhausted });
  }
}

/** What the rules of the schema have checked. */
function required<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('a required field is missing');
  return value;
}
