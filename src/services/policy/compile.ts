/** From the configuration to rules that can be asked, or to all that is wrong with it. */
import { createHash } from 'node:crypto';
import { toBinary } from '@bufbuild/protobuf';
import { type PolicyConfig, PolicyConfigSchema, type PolicyRule } from '../../../gen/towline/v1/policy_pb.ts';
import { messageOf } from '../../base/errors.ts';
import { fits } from '../../trust/scope.ts';
import type { CompiledExpression } from './cel/expression.ts';
import { MAX_RULES } from './limits.ts';
import type { RuleProblem } from './problem.ts';
import { makeRule, type Rule } from './rule.ts';
import { claimsIn } from './selector.ts';
import { verbs as allVerbs } from './verbs.ts';

export interface CompiledPolicy {
  readonly rules: readonly Rule[];
  /** SHA-256 of the configuration, in hex: what an approval is bound to. */
  readonly version: string;
  /** If there are any, the policy must not come into force: the rules with problems are missing. */
  readonly problems: readonly RuleProblem[];
}

/** Compiles a policy whose fields keep the rules of the schema. The language is loaded only if an expression needs it. */
export async function compilePolicy(config: PolicyConfig): Promise<CompiledPolicy> {
  const needsCel = config.rules.some(({ when }) => when !== '');
  const compile = needsCel ? (await import('./cel/expression.ts')).compileExpression : noExpression;
  const problems: RuleProblem[] = [];
  if (config.rules.length > MAX_RULES) {
    problems.push({ path: ['rules'], rule: '', message: `there are more than ${MAX_RULES} rules` });
  }
  const names = new Set<string>();
  const rules: Rule[] = [];
  for (const [index, rule] of config.rules.slice(0, MAX_RULES).entries()) {
    const found = problemsOf(rule, names, compile);
    problems.push(...found.problems.map(({ key, message }) => problem(index, rule, key, message)));
    if (found.problems.length === 0) rules.push(makeRule(rule, found.expression));
  }
  return { rules, version: versionOf(config), problems };
}

type Compile = (text: string) => CompiledExpression;

/** What is wrong, and with which field of the rule. */
interface Fault {
  readonly key: string;
  readonly message: string;
}

function problemsOf(rule: PolicyRule, names: Set<string>, compile: Compile) {
  const problems = [...nameFaults(rule, names), ...verbFaults(rule), ...limitFaults(rule)];
  let expression: CompiledExpression | undefined;
  try {
    expression = rule.when === '' ? undefined : compile(rule.when);
  } catch (error) {
    problems.push({ key: 'when', message: messageOf(error) });
  }
  return { problems: [...problems, ...claimFaults(rule, expression)], expression };
}

function nameFaults({ name }: PolicyRule, names: Set<string>): Fault[] {
  if (name === '') return [{ key: 'name', message: 'a rule needs a name' }];
  if (names.has(name)) return [{ key: 'name', message: 'another rule has this name' }];
  names.add(name);
  return [];
}

function verbFaults({ verbs, tools, effect }: PolicyRule): Fault[] {
  const unknown = verbs.filter((pattern) => !allVerbs.some((verb) => fits(pattern, verb)));
  const faults = unknown.map((verb) => ({
    key: 'verbs',
    message: `there is no verb "${verb}"; \`towline policy verbs\` lists them`,
  }));
  if (tools.length > 0 && verbs.some((pattern) => !pattern.startsWith('tools.'))) {
    faults.push({ key: 'verbs', message: 'a rule about tools can name verbs of tools alone, such as tools.call' });
  }
  if (effect === '') faults.push({ key: 'effect', message: 'a rule says allow, ask or deny' });
  return faults;
}

function limitFaults({ effect, limit, limitPerTool }: PolicyRule): Fault[] {
  if (limit !== '' && effect === 'deny') return [{ key: 'limit', message: 'what is denied needs no limit' }];
  if (limit === '' && limitPerTool) return [{ key: 'limit_per_tool', message: 'there is no limit' }];
  return [];
}

/** A peer may say of its agents what it likes: that may cost it something, and never win it anything. */
function claimFaults({ effect, who }: PolicyRule, expression: CompiledExpression | undefined): Fault[] {
  if (effect !== 'allow') return [];
  const message = 'a rule that allows must not go by what a peer says of itself';
  const faults: Fault[] = claimsIn(who).length > 0 ? [{ key: 'who', message }] : [];
  if (expression?.variables.has('claimed')) faults.push({ key: 'when', message });
  return faults;
}

function problem(index: number, { name }: PolicyRule, key: string, message: string): RuleProblem {
  return { path: ['rules', index, key], rule: name, message };
}

function noExpression(): never {
  throw new Error('no rule has an expression');
}

export function versionOf(config: PolicyConfig): string {
  return createHash('sha256').update(toBinary(PolicyConfigSchema, config)).digest('hex');
}
