/** Decisions of rules, on record. */
import { sha256 } from '../../base/bytes.ts';
import type { PolicyGate, Question } from '../../rpc/policy.ts';
import type { Note } from '../../services/record.ts';

export function recordedBy(note: Note): PolicyGate['decided'] {
  return (question, { effect, rule, policyVersion, retryMs }) =>
    note({
      principal: question.principal,
      event: {
        case: 'decision',
        value: {
          effect,
          rule,
          verb: question.verb,
          resource: resourceOf(question),
          policyVersion,
          reason: retryMs === undefined ? '' : 'RATE_LIMITED',
          ...digestOf(question),
        },
      },
    });
}

function resourceOf({ tool }: Question): string {
  return tool ? `${tool.node}/${tool.upstream}/${tool.name}` : '';
}

/** Of arguments that are a text already: those of other methods stand with the call's own record. */
function digestOf({ argumentsJson }: Question) {
  return typeof argumentsJson === 'string' ? { argumentsSha256: sha256(argumentsJson) } : {};
}
