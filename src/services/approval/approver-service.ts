/** ApproverService: what approvers elsewhere are asked, and what they answer. Their key or their token says who they are. */
import { create } from '@bufbuild/protobuf';
import { Code, type ServiceImpl } from '@connectrpc/connect';
import { type ApprovalDecider, ApprovalDeciderSchema, ApprovalState } from '../../../gen/towline/v1/approval_pb.ts';
import {
  type ApproverService,
  DecideResponseSchema,
  type WatchPendingResponse,
  WatchPendingResponseSchema,
} from '../../../gen/towline/v1/approver_service_pb.ts';
import { fromHex, toHex } from '../../base/bytes.ts';
import { failure } from '../../rpc/failure.ts';
import { type Principal, principalKey } from '../../rpc/principal.ts';
import { reaches } from '../../trust/scope.ts';
import type { Approvals } from './approvals.ts';
import { TOKEN } from './approvers.ts';

/** As in the schema. */
export const DECIDE_SCOPE = 'approvals:decide';

export function createApproverService(approvals: Approvals): ServiceImpl<typeof ApproverService> {
  return {
    watchPending: (_request, { values, signal }) =>
      watchPending(approvals, deciderOf(values.get(principalKey)), signal),
    async decide({ approvalId, binding, decision }, { values }) {
      if (!decision) throw new TypeError('a required field is missing');
      const approval = await approvals.decide(deciderOf(values.get(principalKey)), { approvalId, binding, decision });
      return create(DecideResponseSchema, { approval });
    },
  };
}

/** What waits for a decider, and what becomes of it. */
export async function* watchPending(
  approvals: Approvals,
  decider: ApprovalDecider,
  signal: AbortSignal,
): AsyncGenerator<WatchPendingResponse> {
  const changes = approvals.changes.watch(signal);
  const told = new Set<string>();
  const tell = (event: WatchPendingResponse['event']) => create(WatchPendingResponseSchema, { event });
  for (const approval of approvals.pending(decider)) {
    told.add(toHex(approval.approvalId));
    yield tell({ case: 'approval', value: approval });
  }
  yield tell({ case: 'synced', value: { $typeName: 'towline.v1.PendingSynced' } });
  for await (const id of changes) {
    const approval = approvals.find(id, decider);
    if (!approval) {
      if (told.delete(id)) yield tell({ case: 'removedApprovalId', value: fromHex(id) });
    } else if (approval.state === ApprovalState.PENDING || told.has(id)) {
      told.add(id);
      if (approval.state !== ApprovalState.PENDING) told.delete(id);
      yield tell({ case: 'approval', value: approval });
    }
  }
}

/**
 * The peer's key, or the program's token if it names the scope: agents decide nothing, and a token that says nothing of
 * approvals was not made for them. Throws APPROVERS_ONLY.
 */
export function deciderOf({ kind, name, nodeId, agent = '', scopes = [] }: Principal): ApprovalDecider {
  if (kind === 'peer' && nodeId) return create(ApprovalDeciderSchema, { name, nodeId, agent });
  if (kind === 'program' && reaches(scopes, DECIDE_SCOPE, '')) {
    return create(ApprovalDeciderSchema, { name: `${TOKEN}${name}` });
  }
  const who = 'the owner of a node, peers with a key, and programs with a token for it';
  throw failure(Code.PermissionDenied, 'APPROVERS_ONLY', `only ${who} decide`, {
    permanent: true,
    help: 'the owner of the node answers with `towline approvals`, or names approvers (docs/APPROVALS.md)',
  });
}
