/** Decisions among a thousand rules: of callers and tools that were seen before, and of those that were not. */
import { generateKeyPairSync } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { PolicyConfigSchema } from '../../gen/towline/v1/policy_pb.ts';
import type { Question } from '../../src/rpc/policy.ts';
import type { Principal } from '../../src/rpc/principal.ts';
import { compilePolicy } from '../../src/services/policy/compile.ts';
import { Policy } from '../../src/services/policy/policy.ts';
import { nodeIdKey } from '../../src/trust/node-id.ts';
import { rawPublicKey } from '../../src/trust/signature.ts';
import type { Figure } from '../lib/figures.ts';

const rules = 1_000;
const callers = 50;
const tools = 100;
const decisions = 200_000;

export async function decisionFigures(note: (text: string) => void): Promise<Figure[]> {
  note(`${decisions} decisions among ${rules} rules, for ${callers} callers and ${tools} tools`);
  const compiled = await compilePolicy(create(PolicyConfigSchema, { rules: Array.from({ length: rules }, ruleOf) }));
  const aliases = new Map<string, string>();
  const principals = Array.from({ length: callers }, (_, n): Principal => {
    const nodeId = rawPublicKey(generateKeyPairSync('ed25519').publicKey);
    aliases.set(nodeIdKey(nodeId), `peer${n}`);
    return { kind: 'peer', name: `peer${n}`, nodeId, groups: new Set(['home']) };
  });
  const lookUp = (nodeId: Uint8Array) => ({ alias: aliases.get(nodeIdKey(nodeId)) ?? '', role: '', groups: ['home'] });
  const policy = new Policy(compiled, { lookUp });
  const cold = principals.flatMap((principal) => asked.map((question) => timed(policy, { ...question, principal })));
  const warm: number[] = [];
  for (let n = 0; n < decisions; n++) {
    const [principal, question] = [principals[(n * 7) % callers], asked[(n * 31) % tools]];
    if (principal && question) warm.push(timed(policy, { ...question, principal }));
  }
  const measured = warm.slice(decisions / 10); // the first ones are the compiler's
  return [
    figure('policy_decision_p50_us', percentile(measured, 0.5), 20),
    figure('policy_decision_p99_us', percentile(measured, 0.99), 200),
    figure('policy_first_decision_p50_us', percentile(cold, 0.5)),
    figure('policy_first_decision_p99_us', percentile(cold, 0.99)),
  ];
}

/** Half of the rules are about everybody and look at the arguments; each decision meets five of these, or more. */
export function ruleOf(_: unknown, n: number) {
  return {
    name: `rule-${n}`,
    effect: n % 3 === 0 ? 'deny' : 'allow',
    who: n % 2 === 0 ? ['group:home'] : [`peer:peer${n % callers}`],
    tools: [`up${n % 10}/tool${n % tools}`],
    when: n % 2 === 0 ? `args.path.startsWith("/never/${n}") && principal.name != ""` : '',
  };
}

const asked = Array.from(
  { length: tools },
  (_, n): Omit<Question, 'principal'> => ({
    verb: 'tools.call',
    tool: { node: 'self', upstream: `up${n % 10}`, name: `tool${n}` },
    argumentsJson: JSON.stringify({ path: '/srv/files/report.txt', count: n, text: 'x'.repeat(200) }),
  }),
);

/** In microseconds. */
function timed(policy: Policy, question: Question): number {
  const started = performance.now();
  policy.decide(question);
  return (performance.now() - started) * 1_000;
}

function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
}

function figure(name: string, value: number, target?: number): Figure {
  return { name, value, unit: 'µs', better: 'lower', ...(target !== undefined && { target }) };
}
