/** One rule, ready to be asked. */
import type { PolicyRule } from '../../../gen/towline/v1/policy_pb.ts';
import { messageOf } from '../../base/errors.ts';
import type { Effect, ToolPlace } from '../../rpc/policy.ts';
import { bindsOwner } from '../../rpc/verb.ts';
import { fits } from '../../trust/scope.ts';
import type { CompiledExpression } from './cel/expression.ts';
import { type Limit, parseLimit } from './rate.ts';
import { claimsIn, OWNER, type Subject } from './selector.ts';
import type { CallFacts } from './variables.ts';
import { CALL_TOOL } from './verbs.ts';

/** What keeps a rule from matching, of what does not change from call to call. */
export type Mismatch = 'principal' | 'verb' | 'tool';

export interface Rule {
  readonly name: string;
  readonly effect: Effect;
  readonly limit: Limit | undefined;
  readonly limitPerTool: boolean;
  /** What the rule's expression looks at; empty without one. */
  readonly variables: ReadonlySet<string>;
  /** Whether it goes by what a peer says of itself. */
  readonly claims: boolean;
  /**
   * Why the rule is not about this caller, in this place; `undefined` if it is, as far as nothing else counts. `tool` is
   * "NODE/UPSTREAM/TOOL".
   */
  mismatch(subject: Subject, verb: string, tool: string | undefined): Mismatch | undefined;
  /** Whether the caller is meant whatever a peer says, or as what it says. */
  means(subject: Subject, claimedAgent: string | undefined): boolean;
  /** Whether the rest matches; an error where its expression fails. */
  matches(facts: CallFacts): boolean | Error;
}

/** What changes nothing from one call to the next. */
const STEADY: ReadonlySet<string> = new Set(['principal', 'tool', 'verb']);

/** Whether the rule gives the same answer to every call of one caller in one place. */
export function isSteady({ claims, variables }: Rule): boolean {
  return !claims && [...variables].every((name) => STEADY.has(name));
}

const NO_VARIABLES: ReadonlySet<string> = new Set();

export function makeRule(config: PolicyRule, expression: CompiledExpression | undefined): Rule {
  const { name, who, limitPerTool } = config;
  const claimed = new Set(claimsIn(who));
  const named = who.length > 0 ? who : ['*'];
  const tools = config.tools.map(withNode).map(matcher);
  const verbs = (config.verbs.length > 0 || tools.length === 0 ? config.verbs : [CALL_TOOL]).map(matcher);
  const isNamed = (subject: Subject) => named.some((selector) => subject.selectors.has(selector));
  const mayClaim = (subject: Subject) => claimed.size > 0 && subject.kind === 'peer';
  return {
    name,
    effect: config.effect as Effect,
    limit: parseLimit(config.limit),
    limitPerTool,
    variables: expression?.variables ?? NO_VARIABLES,
    claims: claimed.size > 0,
    mismatch(subject, verb, tool) {
      if (!isNamed(subject) && !mayClaim(subject)) return 'principal';
      if (subject.isOwner && !bindsOwner(verb)) return 'principal';
      if (verbs.length > 0 && !verbs.some((isMeant) => isMeant(verb))) return 'verb';
      if (tools.length > 0 && !(tool !== undefined && tools.some((isMeant) => isMeant(tool)))) {
        return 'tool';
      }
      return undefined;
    },
    means: (subject, claim) => isNamed(subject) || (claim !== undefined && claimed.has(claim) && mayClaim(subject)),
    matches(facts) {
      if (expression === undefined) return true;
      try {
        return expression.evaluate(facts.of(expression.variables));
      } catch (error) {
        return error instanceof Error ? error : new Error(messageOf(error));
      }
    },
  };
}

/** Whether the rule may say anything to the owner. */
export function namesOwner({ who }: PolicyRule): boolean {
  return who.includes(OWNER);
}

/** A pattern with one slash is about this node. */
function withNode(pattern: string): string {
  return pattern.split('/').length > 2 ? pattern : `self/${pattern}`;
}

type Matcher = (text: string) => boolean;

/** Most patterns have no star: a thousand rules are looked through faster so. */
function matcher(pattern: string): Matcher {
  return pattern.includes('*') ? (text) => fits(pattern, text) : (text) => text === pattern;
}

/** The tool as patterns name it. */
export function pathOf({ node, upstream, name }: ToolPlace): string {
  return `${node}/${upstream}/${name}`;
}
