/** What a policy says to one call, and what the caller hears of it. The same for tools and for every other method. */
import { type DescMessage, type DescMethod, type Message, toJsonString } from '@bufbuild/protobuf';
import { Code, type ConnectError, type HandlerContext } from '@connectrpc/connect';
import { failure } from '../failure.ts';
import type { AskedCall, AskOptions, Decision, PolicyGate, PolicyInForce, Question } from '../policy.ts';
import { principalKey } from '../principal.ts';
import { verbOf } from '../verb.ts';

/** Decided on by the service, which knows the tool. */
const OWN_DECISION = 'tools.call';

/** The verb of a method on which is decided at the door. */
export function governs(method: DescMethod): string | undefined {
  const verb = verbOf(method);
  return verb === OWN_DECISION ? undefined : verb;
}

/** A call at the door. */
interface DoorCall {
  readonly verb: string;
  readonly context: HandlerContext;
  readonly schema: DescMessage;
  /** Absent where requests stream: rules see no arguments then. */
  readonly request: Message | undefined;
}

/** Returns nothing where the call goes on at once, and a promise where a person must decide. Throws as `checkPolicy`. */
export function letThrough(gate: PolicyGate, policy: PolicyInForce, call: DoorCall): Promise<void> | undefined {
  const { verb, context, schema, request } = call;
  const principal = context.values.get(principalKey);
  const asked = checkPolicy(gate, policy, {
    principal,
    verb,
    ...(principal.agent !== undefined && { claimedAgent: principal.agent }),
    ...(request && { argumentsJson: () => argumentsText(schema, request) }),
  });
  return asked && waitForApproval(gate, asked, { signal: context.signal });
}

/** The request as proto JSON, under the names of the schema, defaults included: a rule finds every field there. */
function argumentsText(schema: DescMessage, request: Message): string {
  return toJsonString(schema, request, { useProtoFieldName: true, alwaysEmitImplicit: true });
}

/**
 * Gives nothing where the call goes on, and where a person must decide, what that person decides on. Throws
 * `POLICY_DENIED`, or `RATE_LIMITED` with the time to wait.
 */
export function checkPolicy(gate: PolicyGate, policy: PolicyInForce, question: Question): AskedCall | undefined {
  const decision = policy.decide(question);
  if (decision.rule !== '') gate.decided?.(question, decision);
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
