/** What is wrong with a policy, and what its author may not have meant. */
import { create } from '@bufbuild/protobuf';
import {
  type PolicyConfig,
  type PolicyFinding,
  PolicyFindingSchema,
  type PolicyRule,
} from '../../../gen/towline/v1/policy_pb.ts';
import { fits } from '../../trust/scope.ts';
import { compilePolicy } from './compile.ts';
import { MAX_FINDINGS } from './limits.ts';
import type { RuleProblem } from './problem.ts';

/** The names that this node knows. What it does not know may come later: a finding, and no fault. */
export interface KnownNames {
  readonly aliases: readonly string[];
  readonly groups: readonly string[];
  readonly roles: readonly string[];
  readonly agents: readonly string[];
  readonly programs: readonly string[];
  /** In hex. */
  readonly tokens: readonly string[];
  /** "NODE/UPSTREAM/TOOL" */
  readonly tools: readonly string[];
}

/** The faults first by place, then the rest; `names` if the node runs that the policy is for. */
export async function lintPolicy(config: PolicyConfig, names?: KnownNames): Promise<PolicyFinding[]> {
  const { problems } = await compilePolicy(config);
  const doubts = [...(names ? unknownNames(config, names) : []), ...unreachable(config)];
  const findings = [...problems.map((fault) => finding(true, fault)), ...doubts.map((doubt) => finding(false, doubt))];
  return findings.slice(0, MAX_FINDINGS);
}

function finding(refused: boolean, { path, rule, message }: RuleProblem): PolicyFinding {
  return create(PolicyFindingSchema, { refused, rule, path: path.join('.'), message });
}

function unknownNames(config: PolicyConfig, names: KnownNames): RuleProblem[] {
  const known: Readonly<Record<string, readonly string[]>> = {
    peer: names.aliases,
    group: names.groups,
    role: names.roles,
    agent: names.agents,
    program: names.programs,
    token: names.tokens,
  };
  return config.rules.flatMap((rule, index) => {
    const strangers = rule.who.filter((selector) => {
      const [kind = '', name = ''] = selector.split(':');
      return known[kind] !== undefined && name !== '*' && !known[kind].includes(name);
    });
    const idle = rule.tools.filter((pattern) => !names.tools.some((tool) => fits(withNode(pattern), tool)));
    return [
      ...strangers.map((who) => doubt(index, rule, 'who', `this node knows no ${who}`)),
      ...idle.map((tool) => doubt(index, rule, 'tools', `no tool is there now that "${tool}" names`)),
    ];
  });
}

/** Each rule is compared with so many before it: all with all would take seconds for the longest policies. */
const MAX_COMPARED = 256;

/** Rules behind one that decides on everything that they are about. */
function unreachable({ rules }: PolicyConfig): RuleProblem[] {
  const closed: PolicyRule[] = [];
  return rules.flatMap((rule, index) => {
    const before = closed.find((earlier) => covers(earlier, rule));
    const isClosed = rule.when === '' && !rule.who.some((who) => who.startsWith('acting:'));
    if (isClosed && closed.length < MAX_COMPARED) closed.push(rule);
    if (!before) return [];
    return [doubt(index, rule, 'name', `it never decides: the rule ${before.name} matches all that it is about`)];
  });
}

/** Whether whatever `rule` matches is matched by `earlier`, as far as can be seen from the texts. */
function covers(earlier: PolicyRule, rule: PolicyRule): boolean {
  return (
    (holdsAll(earlier.who, rule.who) || coversEverybody(earlier, rule)) &&
    (earlier.verbs.length === 0 || holdsAll(earlier.verbs, rule.verbs)) &&
    (earlier.tools.length === 0 || holdsAll(earlier.tools.map(withNode), rule.tools.map(withNode))) &&
    (earlier.tools.length === 0 || earlier.verbs.length > 0 || rule.tools.length > 0)
  );
}

function coversEverybody({ who }: PolicyRule, rule: PolicyRule): boolean {
  return (who.length === 0 || who.includes('*')) && !rule.who.includes('owner');
}

/** Patterns that are written alike, or of which one stands for the other. */
function holdsAll(patterns: readonly string[], others: readonly string[]): boolean {
  return others.length > 0 && others.every((other) => patterns.some((pattern) => fits(pattern, other)));
}

function withNode(pattern: string): string {
  return pattern.split('/').length > 2 ? pattern : `self/${pattern}`;
}

function doubt(index: number, { name }: PolicyRule, key: string, message: string): RuleProblem {
  return { path: ['rules', index, key], rule: name, message };
}
