/** Approvals as a node has them: its own questions, those of its peers, and the way between them. */

import { ApproverService } from '../../../gen/towline/v1/approver_service_pb.ts';
import type { ApprovalsConfig } from '../../../gen/towline/v1/config_pb.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Link } from '../../link/link.ts';
import type { LinkPool } from '../../link/pool.ts';
import { actingFor } from '../../rpc/acting-agent.ts';
import { createClient } from '../../rpc/client.ts';
import { createLinkTransport } from '../../rpc/link-transport.ts';
import type { Principal } from '../../rpc/principal.ts';
import { Approvals, type Record } from '../../services/approval/approvals.ts';
import { createApproverService } from '../../services/approval/approver-service.ts';
import { Approvers } from '../../services/approval/approvers.ts';
import { AskedHere } from '../../services/approval/asked.ts';
import { Grants } from '../../services/approval/grants.ts';
import { type ApprovalServiceOptions, createApprovalService } from '../../services/approval/service.ts';
import type { Store } from '../../store/store.ts';
import type { Identity } from '../../trust/identity.ts';
import type { Keyring } from '../../trust/keyring.ts';
import type { Tokens } from '../../trust/tokens.ts';
import { keysIn, rulesOf } from './rules.ts';
import { PeerQuestions } from './watch-peers.ts';

export interface ApprovalParts {
  readonly store: Store;
  readonly identity: Pick<Identity, 'nodeId'>;
  readonly keyring: Keyring;
  readonly tokens: Pick<Tokens, 'list'>;
  /** What towline.yaml says now. */
  readonly config: () => ApprovalsConfig | undefined;
  readonly pool: () => Pick<LinkPool, 'linkTo'>;
  readonly policyVersion?: () => string;
  readonly record?: Record;
  readonly log: Log;
}

/** A peer takes an answer in this time, or is not there. */
const ANSWER_MS = 10_000;

export async function openApprovals(parts: ApprovalParts) {
  const { store, identity, keyring, tokens, config, pool, policyVersion, record, log } = parts;
  const isTrusted = (nodeId: Uint8Array) => keyring.byId(nodeId) !== undefined;
  const grants = await Grants.open({ table: store.table('grants'), isTrusted });
  const approvals = await Approvals.open({
    table: store.table('approvals'),
    grants,
    approvers: new Approvers(() => rulesOf(config()), keysIn(keyring, tokens)),
    nodeId: () => identity.nodeId,
    reach: (nodeIds) => reach(pool(), nodeIds, log),
    ...(policyVersion && { policyVersion }),
    ...(record && { record }),
    log,
  });
  const asked = new AskedHere(approvals.changes);
  const questions = new PeerQuestions({ asked, aliasOf: (nodeId) => keyring.byId(nodeId)?.alias, log });
  const stopListening = keyring.onChange(({ removed }) => {
    for (const { nodeId } of removed) {
      if (isTrusted(nodeId)) continue;
      approvals
        .forget(nodeId)
        .catch((error: unknown) => log.error('grants of a removed key stay', { error: messageOf(error) }));
    }
    approvals.review();
  });
  return {
    approvals,
    service: createApprovalService({ approvals, asked, forward: forwardBy(pool), ...(record && { record }) }),
    approverService: createApproverService(approvals),
    opened: (link: Link) => questions.opened(link),
    async close(): Promise<void> {
      stopListening();
      questions.close();
      await approvals.close();
    },
  };
}

/** Approvers hear of a question by their link: it is opened if there is none. */
function reach(pool: Pick<LinkPool, 'linkTo'>, nodeIds: readonly Uint8Array[], log: Log): void {
  for (const nodeId of nodeIds) {
    Promise.resolve(pool.linkTo(nodeId)).catch((error: unknown) =>
      log.info('an approver is not there', { error: messageOf(error) }),
    );
  }
}

/** For the record of the serving node: the owner at the command line, or in front of that agent's session. */
function personAt(agent: string): Principal {
  if (agent === '') return { kind: 'owner', name: 'owner', groups: new Set() };
  return { kind: 'agent', name: agent, groups: new Set() };
}

function forwardBy(pool: ApprovalParts['pool']): ApprovalServiceOptions['forward'] {
  return async (held, { approvalId, binding, decision, agent }) => {
    const transport = createLinkTransport(() => pool().linkTo(held.nodeId));
    const request = { approvalId, binding, ...(decision && { decision }) };
    const options = { timeoutMs: ANSWER_MS, ...actingFor(personAt(agent)) };
    const { approval } = await createClient(ApproverService, transport).decide(request, options);
    if (!approval) throw new TypeError('a required field is missing');
    return { ...approval, node: held.node };
  };
}
