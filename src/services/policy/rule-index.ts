/**
 * Which rules are about a caller in a place. A thousand rules are looked through once for each caller and tool; after
 * that a decision looks only at those that can matter.
 */
import type { ToolPlace } from '../../rpc/policy.ts';
import { callerKey, type Principal } from '../../rpc/principal.ts';
import { MAX_PLACES, MAX_SUBJECTS } from './limits.ts';
import { isSteady, pathOf, type Rule } from './rule.ts';
import { type LookUp, type Subject, subjectOf } from './selector.ts';

/** A caller, and its rules place by place. */
export interface Caller {
  readonly key: string;
  readonly subject: Subject;
  readonly places: Map<string, readonly Rule[]>;
}

export class RuleIndex {
  readonly #rules: readonly Rule[];
  readonly #lookUp: LookUp;
  #byPrincipal = new WeakMap<Principal, Caller>();
  readonly #byKey = new Map<string, Caller>();

  constructor(rules: readonly Rule[], lookUp: LookUp) {
    this.#rules = rules;
    this.#lookUp = lookUp;
  }

  /** The keyring changed: aliases, groups and roles are read anew. */
  forget(): void {
    this.#byPrincipal = new WeakMap();
    this.#byKey.clear();
  }

  caller(principal: Principal): Caller {
    const known = this.#byPrincipal.get(principal);
    if (known) return known;
    const key = callerKey(principal);
    const caller = this.#byKey.get(key) ?? this.#add(key, principal);
    this.#byPrincipal.set(principal, caller);
    return caller;
  }

  /** The rules that can decide, in their order: the last is the first that always does. */
  rulesFor({ subject, places }: Caller, verb: string, tool: ToolPlace | undefined): readonly Rule[] {
    const path = tool && pathOf(tool);
    const place = path === undefined ? verb : `${verb}/${path}`;
    const known = places.get(place);
    if (known) return known;
    const rules: Rule[] = [];
    for (const rule of this.#rules) {
      if (rule.mismatch(subject, verb, path) !== undefined) continue;
      rules.push(rule);
      if (rule.variables.size === 0 && isSteady(rule)) break;
    }
    if (places.size >= MAX_PLACES) places.clear();
    places.set(place, rules);
    return rules;
  }

  #add(key: string, principal: Principal): Caller {
    const caller: Caller = { key, subject: subjectOf(principal, this.#lookUp), places: new Map() };
    const [oldest] = this.#byKey.size >= MAX_SUBJECTS ? this.#byKey.keys() : [];
    if (oldest !== undefined) this.#byKey.delete(oldest);
    this.#byKey.set(key, caller);
    return caller;
  }
}
