/** Policies from short texts, and callers. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { PolicyConfigSchema, type PolicyRuleSchema } from '../../../gen/towline/v1/policy_pb.ts';
import type { Decision, Question, ToolPlace } from '../../../src/rpc/policy.ts';
import type { Principal } from '../../../src/rpc/principal.ts';
import { compilePolicy } from '../../../src/services/policy/compile.ts';
import { Policy, type PolicyOptions } from '../../../src/services/policy/policy.ts';
import type { KnownKey } from '../../../src/services/policy/selector.ts';

export type RuleInit = MessageInitShape<typeof PolicyRuleSchema>;

export const config = (...rules: RuleInit[]) => create(PolicyConfigSchema, { rules });

/** Ten peers by number: their keys, and what the keyring says of them. */
export const keys = new Map<number, KnownKey>();

const nodeId = (n: number) => {
  const bytes = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex');
  bytes[0] = n;
  return new Uint8Array(bytes);
};

export function peer(n: number, known?: Partial<KnownKey>): Principal {
  if (known) keys.set(n, { alias: `peer${n}`, role: '', groups: ['home'], ...known });
  return { kind: 'peer', name: 'as it was when the link opened', nodeId: nodeId(n), groups: new Set(['home']) };
}

export const agent = (name: string): Principal => ({
  kind: 'agent',
  name,
  groups: new Set(),
  tokenId: 'a1'.repeat(16),
});
export const program = (name: string, ...groups: string[]): Principal => ({
  kind: 'program',
  name,
  groups: new Set(groups),
  tokenId: 'b2'.repeat(16),
});
export const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };

export const tool = (text: string, definitionJson?: string): ToolPlace => {
  const [node = '', upstream = '', name = ''] = text.split('/');
  return { node, upstream, name, ...(definitionJson !== undefined && { definitionJson }) };
};

/** A policy of these rules. Throws the first problem. */
export async function policyOf(rules: RuleInit[], options: Partial<PolicyOptions> = {}): Promise<Policy> {
  const compiled = await compilePolicy(config(...rules));
  const [problem] = compiled.problems;
  if (problem) throw new Error(problem.message);
  return new Policy(compiled, { lookUp: (id) => keys.get(id[0] ?? 0), ...options });
}

/** What it says to a call of a tool. */
export function asked(
  policy: Policy,
  principal: Principal,
  place: string,
  args = '',
  more: Partial<Question> = {},
): Decision {
  return policy.decide({ principal, verb: 'tools.call', tool: tool(place), argumentsJson: args, ...more });
}

/** "allow by rule-name". */
export function said({ effect, rule }: Decision): string {
  return rule === '' ? effect : `${effect} by ${rule}`;
}
