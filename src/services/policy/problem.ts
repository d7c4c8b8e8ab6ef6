/** Something that is wrong with a rule. */
export interface RuleProblem {
  /** From the top of the policy: `['rules', 3, 'when']`. */
  readonly path: readonly (string | number)[];
  /** The rule's name; empty if it is about the policy as a whole. */
  readonly rule: string;
  readonly message: string;
}
