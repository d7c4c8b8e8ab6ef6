/** Rules and decisions for people. */
import {
  type PolicyDecision,
  PolicyEffect,
  PolicyEffectSchema,
  type PolicyFinding,
  PolicyGround,
  PolicyMatch,
  PolicyMatchSchema,
  type PolicyRule,
  type PolicyStep,
} from '../../../gen/towline/v1/policy_pb.ts';
import { enumWord } from './enum-word.ts';
import { plainLine } from './plain.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

const HEADER = ['RULE', 'SAYS', 'WHO', 'WHAT', 'WHEN', 'LIMIT'];

export function renderPolicy(style: Style, rules: readonly PolicyRule[]): string {
  const rows = rules.map(({ name, effect, who, verbs, tools, when, limit, limitPerTool }) => [
    name,
    paint(style, effect),
    who.join(' ') || 'everybody',
    [...verbs, ...tools].join(' ') || 'everything',
    plainLine(when),
    limitPerTool ? `${limit} each tool` : limit,
  ]);
  return renderTable(style, HEADER, rows);
}

/** "deny: by the rule no-etc". */
export function renderDecision(style: Style, { effect, ground, rule, visible, steps }: PolicyDecision): string {
  const word = enumWord(PolicyEffectSchema, effect);
  const isHidden = !visible && ground === PolicyGround.RULE;
  const lines = [`${paint(style, word)}: ${groundText(ground, rule)}`];
  if (isHidden) lines.push('The tool is not shown to this caller at all.');
  const failed = steps.filter(({ match }) => match === PolicyMatch.FAILED || match === PolicyMatch.FAILED_MATCHED);
  for (const { rule: name, failure } of failed) {
    lines.push(`${style.warn('note')}  the expression of ${name} failed: ${plainLine(failure)}`);
  }
  return lines.join('\n');
}

function groundText(ground: PolicyGround, rule: string): string {
  switch (ground) {
    case PolicyGround.RULE:
      return `by the rule ${rule}`;
    case PolicyGround.SHARING:
      return 'there is no such tool, or it is not shared with the caller; no rule was asked';
    case PolicyGround.ACCESS:
      return 'this is not for callers of this kind; no rule was asked';
    default:
      return 'no rule matches: sharing alone decides';
  }
}

export function renderSteps(style: Style, steps: readonly PolicyStep[]): string {
  const rows = steps.map(({ rule, effect, match, failure }) => [
    rule,
    paint(style, enumWord(PolicyEffectSchema, effect)),
    enumWord(PolicyMatchSchema, match),
    plainLine(failure),
  ]);
  return renderTable(style, ['RULE', 'SAYS', 'MATCH', 'WHY IT FAILED'], rows);
}

export function renderFindings(style: Style, findings: readonly PolicyFinding[]): string {
  return findings
    .map(({ refused, rule, path, message }) => {
      const where = rule === '' ? path : `${rule}, ${path.split('.').at(-1)}`;
      return `${refused ? style.bad('refused') : style.warn('doubt  ')}  ${where}: ${plainLine(message)}`;
    })
    .join('\n');
}

function paint(style: Style, effect: string): string {
  if (effect === enumWord(PolicyEffectSchema, PolicyEffect.ALLOW)) return style.good(effect);
  return effect === enumWord(PolicyEffectSchema, PolicyEffect.ASK) ? style.warn(effect) : style.bad(effect);
}
