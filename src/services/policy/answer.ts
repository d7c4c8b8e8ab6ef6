/** The answer to "what would happen if": what a caller would meet, in the order in which it would meet it. */
import { create } from '@bufbuild/protobuf';
import {
  type PolicyDecision,
  PolicyDecisionSchema,
  PolicyEffect,
  PolicyGround,
  PolicyMatch,
  type PolicyStep,
  PolicyStepSchema,
} from '../../../gen/towline/v1/policy_pb.ts';
import { fromHex } from '../../base/bytes.ts';
import type { Effect, Question } from '../../rpc/policy.ts';
import type { Policy, Step } from './policy.ts';

/** A question, and what is decided without the policy. */
export interface Circumstances {
  readonly question: Question;
  /** Whether the method is for callers of this kind. */
  readonly isWithinReach: boolean;
  /** Whether the tool is there, and shared with the caller. */
  readonly isShared: boolean;
  /** Milliseconds since 1970; if absent, now. */
  readonly nowMs?: number;
}

const EFFECTS: Readonly<Record<Effect, PolicyEffect>> = {
  allow: PolicyEffect.ALLOW,
  ask: PolicyEffect.ASK,
  deny: PolicyEffect.DENY,
};

const MATCHES: Readonly<Record<Step['match'], PolicyMatch>> = {
  matched: PolicyMatch.MATCHED,
  principal: PolicyMatch.OTHER_PRINCIPAL,
  verb: PolicyMatch.OTHER_VERB,
  tool: PolicyMatch.OTHER_TOOL,
  false: PolicyMatch.FALSE,
  failed: PolicyMatch.FAILED,
  'failed-matched': PolicyMatch.FAILED_MATCHED,
};

export function answerTo(policy: Policy | undefined, circumstances: Circumstances): PolicyDecision {
  const { question, isWithinReach, isShared, nowMs } = circumstances;
  if (!isWithinReach) return refused(PolicyGround.ACCESS);
  if (!isShared) return refused(PolicyGround.SHARING);
  if (!policy) return create(PolicyDecisionSchema, { ...UNRULED, visible: true });
  const steps = policy.explain(question, nowMs);
  const last = steps.at(-1);
  const decided = last && (last.match === 'matched' || last.match === 'failed-matched') ? last.rule : undefined;
  return create(PolicyDecisionSchema, {
    ...(decided ? { effect: EFFECTS[decided.effect], ground: PolicyGround.RULE, rule: decided.name } : UNRULED),
    policyVersion: fromHex(policy.version),
    visible: question.tool === undefined || policy.sees(question.principal, question.tool),
    steps: steps.map(stepOf),
  });
}

const UNRULED = { effect: PolicyEffect.ALLOW, ground: PolicyGround.NO_RULE };

function refused(ground: PolicyGround): PolicyDecision {
  return create(PolicyDecisionSchema, { effect: PolicyEffect.DENY, ground });
}

function stepOf({ rule, match, failure }: Step): PolicyStep {
  return create(PolicyStepSchema, { rule: rule.name, effect: EFFECTS[rule.effect], match: MATCHES[match], failure });
}
