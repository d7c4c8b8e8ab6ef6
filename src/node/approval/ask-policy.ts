/** Where the policy says `ask`: its question to people, and their answer in its words. */
import { toHex } from '../../base/bytes.ts';
import type { AskHuman as AskForPolicy, ToolPlace } from '../../rpc/policy.ts';
import type { AskHuman, Question, Reason, Waiting } from '../../services/approval/ask.ts';
import { selfAlias } from '../../services/tool/self.ts';

const BECAUSE: Readonly<Record<Reason, string>> = {
  APPROVED: '',
  GRANTED_BEFORE: '',
  DENIED: 'somebody said no',
  TIMEOUT: 'nobody answered in time',
  CANCELED: 'the caller gave up',
  LINK_LOST: 'the line to the caller was lost before there was an answer',
  NO_APPROVER: 'there is nobody who could say yes but the caller',
  TOO_MANY_APPROVALS: 'too many calls wait for a person already',
  APPROVAL_USED: 'the approval let an identical call run, and was for one',
  POLICY_CHANGED: 'the policy was changed meanwhile',
  NODE_STOPPED: 'the node that has the tool ended',
  STORE_FAILED: 'the approval could not be written down',
};

export function askForPolicy(ask: AskHuman): AskForPolicy {
  return async ({ claimedAgent, principal, tool, ...call }, { signal, onProgress }) => {
    // An older peer names its agent in the request.
    const asker = claimedAgent === undefined ? principal : { ...principal, agent: claimedAgent };
    const tell = (waiting: Waiting) => onProgress?.(waitText(waiting));
    const { granted, reason, approvalId, decidedBy, comment } = await ask(
      { ...call, principal: asker, ...(tool && whatOf(tool)) },
      { signal, onProgress: tell },
    );
    return {
      granted,
      approvalId: toHex(approvalId),
      decidedBy: decidedBy.join(', '),
      reason: [BECAUSE[reason], comment].filter(Boolean).join(': '),
      cause: reason,
    };
  };
}

/** A tool of a peer is no tool of this node: a permission for the one is none for the other of the same name. */
function whatOf({ node, upstream, name }: ToolPlace): Pick<Question, 'tool' | 'resource'> {
  return node === selfAlias ? { tool: { upstream, name } } : { resource: `${node}/${upstream}/${name}` };
}

/** Its id as the command line shows it: the last eight digits. */
function waitText({ approvalId, waitedMs, waitMs }: Waiting): string {
  const [waited, wait] = [waitedMs, waitMs].map((ms) => Math.round(ms / 1_000));
  return `waits for a person's approval (${toHex(approvalId).slice(-8)}), ${waited} of ${wait} s`;
}
