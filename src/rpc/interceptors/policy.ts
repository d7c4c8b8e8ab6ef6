/** What a policy says to one call, and what the caller hears of it. The same for tools and for every other method. */
import { Code, type ConnectError } from '@connectrpc/connect';
import { failure } from '../failure.ts';
import type { AskedCall, AskOptions, Decision, PolicyGate, PolicyInForce, Question } from '../policy.ts';

/**
 * Gives nothing where the call goes on, and where a person must decide, what that person decides on. Throws
 * `POLICY_DENIED`, or `RATE_LIMITED` with the time to wait.
 */
export function checkPolicy(policy: PolicyInForce, question: Question): AskedCall | undefined {
  const decision = policy.decide(question);
  if (decision.effect === 'allow') return undefined;
  if (decision.effect === 'deny') throw refusal(decision, question);
  const { argumentsJson = '', ...about } = question;
  const text = typeof argumentsJson === 'string' ? argumentsJson : argumentsJson();
  const { rule, policyVersion } = decision;
  return { ...about, argumentBytes: new TextEncoder().encode(text), policyVersion, rule };
}

/** Resolves when a person said yes. Throws `APPROVAL_DENIED`, or `APPROVAL_UNAVAILABLE` if there is nobody to ask. */
export async function waitForApproval(gate: PolicyGate, asked: AskedCall, options: AskOptions): Promise<void> {
  const { askHuman } = gate;
  if (!askHuman) throw unavailable(asked);
  const { granted, reason, cause, approvalId, decidedBy } = await askHuman(asked, options);
  // A yes whose asker has just gone is a no, too, and stays one when the asker comes back with the same request id.
  if (granted && !options.signal.aborted) return;
  throw failure(Code.PermissionDenied, 'APPROVAL_DENIED', `not approved: ${reason || 'nobody said yes'}`, {
    permanent: true,
    metadata: {
      rule: asked.rule,
      ...(approvalId && { approvalId }),
      ...(decidedBy && { decidedBy }),
      ...(cause && { cause }),
    },
    help: 'a person has to approve this call; speak with the owner of the node before you ask again',
  });
}

function refusal({ rule, retryMs }: Decision, question: Question): ConnectError {
  const metadata = { rule, verb: question.verb };
  if (retryMs === undefined) {
    return failure(Code.PermissionDenied, 'POLICY_DENIED', `the policy does not allow this (rule ${rule})`, {
      permanent: true,
      metadata,
      help: 'the owner of the node sees why with `towline policy explain`, and can change the rule',
    });
  }
  return failure(Code.ResourceExhausted, 'RATE_LIMITED', `this was done too often (limit of the rule ${rule})`, {
    retryDelayMs: retryMs,
    metadata,
    help: 'wait as long as is said, and call less often',
  });
}

function unavailable({ rule }: AskedCall): ConnectError {
  const message = `a person must approve this (rule ${rule}), and nobody can be asked on this node`;
  return failure(Code.PermissionDenied, 'APPROVAL_UNAVAILABLE', message, {
    permanent: true,
    metadata: { rule },
    help: 'the owner of the node names approvers in towline.yaml, or changes the rule',
  });
}
