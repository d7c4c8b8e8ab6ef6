/** ApproverService: what peers are asked, and what they answer. Their key says who they are. */
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
import type { Approvals } from './approvals.ts';

export function createApproverService(approvals: Approvals): ServiceImpl<typeof ApproverService> {
  return {
    watchPending: (_request, { values, signal }) => watch(approvals, deciderOf(values.get(principalKey)), signal),
    async decide({ approvalId, binding, decision }, { values }) {
      if (!decision) throw new TypeError('a required field is missing');
      const approval = await approvals.decide(deciderOf(values.get(principalKey)), { approvalId, binding, decision });
      return create(DecideResponseSchema, { approval });
    },
  };
}

async function* watch(
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

/** The key of the peer that asks: tokens and agents decide nothing. */
function deciderOf({ kind, name, nodeId, agent = '' }: Principal): ApprovalDecider {
  if (kind === 'peer' && nodeId) return create(ApprovalDeciderSchema, { name, nodeId, agent });
  throw failure(Code.PermissionDenied, 'PEERS_ONLY', 'only the owner of a node and peers with a key decide', {
    permanent: true,
    help: 'the owner of the node answers with `towline approvals`',
  });
}
