/**
 * A client whose user answers for the owner of the node: what waits for a yes or no is put to them as an elicitation, one
 * for each approval. When somebody else has answered, the question is taken back.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@connectrpc/connect';
import { type Approval, ApprovalState } from '../../../../gen/towline/v1/approval_pb.ts';
import type { ApprovalService } from '../../../../gen/towline/v1/approval_service_pb.ts';
import { fullJitter } from '../../../base/backoff.ts';
import { toHex } from '../../../base/bytes.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Log } from '../../../base/log.ts';
import type { ClientRequests } from './client-requests.ts';
import { decisionOf, questionText } from './elicitation.ts';

export interface Approver {
  /** As the owner of the node: agents decide nothing. */
  readonly approvals: Client<typeof ApprovalService>;
  /** The agent of this session: what it asks itself is never put to its own user. */
  readonly agent: string;
}

const pause = { baseMs: 250, capMs: 10_000 };

/** Until the signal aborts. */
export async function putApprovals(
  { approvals, agent }: Approver,
  requests: ClientRequests,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const open = new Map<string, AbortController>();
  const close = (id: string) => {
    open.get(id)?.abort(new Error('the approval is over'));
    open.delete(id);
  };

  async function put(approval: Approval, over: AbortController): Promise<void> {
    const answer = await requests.ask('elicitation/create', questionText(approval), over.signal);
    if (answer.kind === 'error') log.warn('the client did not ask its user', { error: answer.error.message });
    const decision = answer.kind === 'response' ? decisionOf(answer.result) : undefined;
    if (!decision) return;
    const { approvalId, binding } = approval;
    await approvals.decideApproval({ approvalId, binding, decision, agent }, { signal });
  }

  function take(approval: Approval): void {
    const id = toHex(approval.approvalId);
    const isOurs = approval.state === ApprovalState.PENDING && approval.decidable;
    if (!isOurs) close(id);
    // Asked once: a dialog that was closed does not come again, but the approval is still there for others.
    if (!isOurs || open.has(id)) return;
    const over = new AbortController();
    open.set(id, over);
    void put(approval, over).catch((error: unknown) => {
      if (!over.signal.aborted) log.warn('an answer had no effect', { approval: id, error: messageOf(error) });
    });
  }

  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      for await (const { event } of approvals.watchApprovals({ agent }, { signal })) {
        attempt = 0;
        if (event.case === 'approval') take(event.value);
        if (event.case === 'lostApprovalId') close(toHex(event.value));
      }
    } catch (error) {
      if (!signal.aborted) log.info('the watch of approvals broke off', { error: messageOf(error) });
    }
    for (const id of [...open.keys()]) close(id);
    await sleep(fullJitter(attempt, pause), undefined, { signal, ref: false }).catch(() => signal.aborted);
  }
}
