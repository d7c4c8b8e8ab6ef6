/** The policy in force: from the configuration into the gate that stands before calls. */
import type { PolicyConfig } from '../../../gen/towline/v1/policy_pb.ts';
import { LocalError, messageOf } from '../../base/errors.ts';
import type { PolicyGate } from '../../rpc/policy.ts';
import { compilePolicy } from '../../services/policy/compile.ts';
import { Policy } from '../../services/policy/policy.ts';
import type { LookUp } from '../../services/policy/selector.ts';
import type { InForce } from '../../services/policy/service.ts';
import type { ProblemAt } from '../config/problem.ts';

/** What was read, as far as it is about the policy. */
export interface PolicySource {
  readonly config: { readonly policy?: PolicyConfig | undefined };
  /** Names the place of a problem in the file. */
  readonly problemAt: ProblemAt;
}

export class PolicyKeeper {
  /** What the services ask. Another place puts `askHuman` in. */
  readonly gate: PolicyGate = {};
  readonly #lookUp: LookUp;
  readonly #changed: () => void;
  #inForce: InForce | undefined;
  #refusal = '';

  /** `changed` is told when another policy came into force, or when names in it mean others. */
  constructor(lookUp: LookUp, changed: () => void) {
    this.#lookUp = lookUp;
    this.#changed = changed;
  }

  get current(): InForce | undefined {
    return this.#inForce;
  }

  /** Why the file of now is not in force; empty if it is. */
  get refusal(): string {
    return this.#refusal;
  }

  /**
   * Reads the configuration and puts its policy in force. Throws what `read` throws, or CONFIG_INVALID with every problem
   * of the policy: then all stays as it was, and `refusal` says why.
   */
  async load<S extends PolicySource>(read: () => Promise<S>): Promise<S> {
    try {
      const source = await read();
      this.#adopt(await inForce(source, this.#lookUp));
      return source;
    } catch (error) {
      this.#refusal = messageOf(error);
      throw error;
    }
  }

  /** The keyring changed: who has an alias, a role or a group is looked up anew. */
  keyringChanged(): void {
    this.#inForce?.policy.forgetCallers();
  }

  #adopt(next: InForce | undefined): void {
    this.#refusal = '';
    // The same policy again keeps its counts: a reload is no way around a limit.
    if (next?.policy.version === this.#inForce?.policy.version) return;
    this.#inForce = next;
    this.gate.policy = next?.policy;
    this.#changed();
  }
}

async function inForce({ config, problemAt }: PolicySource, lookUp: LookUp): Promise<InForce | undefined> {
  const { policy } = config;
  if (!policy || policy.rules.length === 0) return undefined;
  const compiled = await compilePolicy(policy);
  if (compiled.problems.length > 0) throw policyInvalid(compiled.problems.map((fault) => faultText(fault, problemAt)));
  return { config: policy, policy: new Policy(compiled, { lookUp }), loadMs: Date.now() };
}

type Fault = Awaited<ReturnType<typeof compilePolicy>>['problems'][number];

/** What would keep the policy of a configuration from coming into force, each with its place. */
export async function policyFaults({ config, problemAt }: PolicySource): Promise<string[]> {
  const { problems } = config.policy ? await compilePolicy(config.policy) : { problems: [] };
  return problems.map((fault) => faultText(fault, problemAt));
}

/** "towline.yaml:12:7: rule no-etc, when: …". */
function faultText({ path, rule, message }: Fault, problemAt: ProblemAt): string {
  const key = path.at(-1);
  return problemAt(['policy', ...path], rule === '' ? message : `rule ${rule}, ${key}: ${message}`);
}

function policyInvalid(problems: readonly string[]): LocalError {
  return new LocalError('CONFIG_INVALID', problems.join('\n'), {
    help: 'mend the policy; `towline policy lint` checks it. What was in force before stays',
  });
}
