/** A policy in force: asked before each call, and never waits. */
import type { Decision, PolicyInForce, Question, ToolPlace } from '../../rpc/policy.ts';
import type { Principal } from '../../rpc/principal.ts';
import type { CompiledPolicy } from './compile.ts';
import { Counts } from './rate.ts';
import { isSteady, type Mismatch, pathOf, type Rule } from './rule.ts';
import { type Caller, RuleIndex } from './rule-index.ts';
import type { LookUp } from './selector.ts';
import { CallFacts } from './variables.ts';
import { CALL_TOOL } from './verbs.ts';

/** What became of a rule that was looked at. */
export interface Step {
  readonly rule: Rule;
  readonly match: Mismatch | 'matched' | 'false' | 'failed' | 'failed-matched';
  /** Why its expression failed; empty if it did not. */
  readonly failure: string;
}

export interface PolicyOptions {
  readonly lookUp: LookUp;
  /** Milliseconds since 1970, for `now`. */
  readonly now?: () => number;
  /** Milliseconds of a clock that never goes back, for limits. */
  readonly ticks?: () => number;
}

export class Policy implements PolicyInForce {
  readonly version: string;
  readonly rules: readonly Rule[];
  readonly #index: RuleIndex;
  readonly #counts: Counts;
  readonly #now: () => number;

  constructor({ rules, version }: CompiledPolicy, { lookUp, now = Date.now, ticks }: PolicyOptions) {
    this.rules = rules;
    this.version = version;
    this.#index = new RuleIndex(rules, lookUp);
    this.#counts = new Counts(ticks);
    this.#now = now;
  }

  decide(question: Question): Decision {
    const caller = this.#index.caller(question.principal);
    const rules = this.#index.rulesFor(caller, question.verb, question.tool);
    if (rules.length === 0) return this.#unruled();
    const facts = new CallFacts(question, caller.subject, this.#now());
    for (const rule of rules) {
      if (outcomeOf(rule, question, caller, facts).matched) return this.#ruled(rule, caller, question);
    }
    return this.#unruled();
  }

  /** What can be known before the arguments are: whatever else would have to be known counts in the tool's favour. */
  sees(principal: Principal, tool: ToolPlace): boolean {
    const caller = this.#index.caller(principal);
    const question: Question = { principal, verb: CALL_TOOL, tool };
    const facts = new CallFacts(question, caller.subject, this.#now());
    for (const rule of this.#index.rulesFor(caller, CALL_TOOL, tool)) {
      if (isSteady(rule)) {
        if (outcomeOf(rule, question, caller, facts).matched) return rule.effect !== 'deny';
      } else if (rule.effect !== 'deny') {
        return true;
      }
    }
    return true;
  }

  /** Every rule that a decision looks at, in order, and what became of it. Counts nothing. `nowMs` is what `now` gives. */
  explain(question: Question, nowMs = this.#now()): Step[] {
    const caller = this.#index.caller(question.principal);
    const facts = new CallFacts(question, caller.subject, nowMs);
    const steps: Step[] = [];
    for (const rule of this.rules) {
      const mismatch = rule.mismatch(caller.subject, question.verb, question.tool && pathOf(question.tool));
      const step: Step =
        mismatch === undefined
          ? { rule, ...outcomeOf(rule, question, caller, facts) }
          : { rule, match: mismatch, failure: '' };
      steps.push(step);
      if (step.match === 'matched' || step.match === 'failed-matched') break;
    }
    return steps;
  }

  /** Names and groups of callers have changed. */
  forgetCallers(): void {
    this.#index.forget();
  }

  #ruled(rule: Rule, { key }: Caller, { tool }: Question): Decision {
    const { name, effect, limit, limitPerTool } = rule;
    const decision = { effect, rule: name, policyVersion: this.version };
    if (limit === undefined) return decision;
    const place = limitPerTool && tool ? `/${pathOf(tool)}` : '';
    const retryMs = this.#counts.take(`${name}/${key}${place}`, limit);
    return retryMs === undefined ? decision : { ...decision, effect: 'deny', retryMs };
  }

  #unruled(): Decision {
    return { effect: 'allow', rule: '', policyVersion: this.version };
  }
}

type Outcome = Pick<Step, 'match' | 'failure'> & { readonly matched: boolean };

const MATCHED: Outcome = { matched: true, match: 'matched', failure: '' };
const FALSE: Outcome = { matched: false, match: 'false', failure: '' };
const NOT_MEANT: Outcome = { matched: false, match: 'principal', failure: '' };

/** Where an expression fails, nobody is let through because of it. */
function outcomeOf(rule: Rule, { claimedAgent }: Question, { subject }: Caller, facts: CallFacts): Outcome {
  if (rule.claims && !rule.means(subject, claimedAgent)) return NOT_MEANT;
  const result = rule.matches(facts);
  if (result === true) return MATCHED;
  if (result === false) return FALSE;
  const matched = rule.effect !== 'allow';
  return { matched, match: matched ? 'failed-matched' : 'failed', failure: result.message };
}
