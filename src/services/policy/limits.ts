/** The limits of policies, each with its reason. docs/LIMITS.md repeats them. */

/** Rules: a decision that nobody has asked for yet looks at each of them once, 60 ns each. */
export const MAX_RULES = 10_000;

/** Characters of an expression: what a person can still read. */
export const MAX_EXPRESSION = 4_096;

/** Bytes of arguments that expressions see: a caller chooses them, and each expression may walk through all of them. */
export const MAX_ARGUMENT_BYTES = 64 * 1024;

/** Values in them: an expression takes some microseconds for each, and the node does nothing else meanwhile. */
export const MAX_ARGUMENT_VALUES = 4_096;

/** Callers whose rules are kept sorted out. The one that was added first goes first. */
export const MAX_SUBJECTS = 4_096;

/** Tools and verbs of one caller that are kept sorted out. Then all of them are forgotten. */
export const MAX_PLACES = 1_024;

/** Counts of rules with a limit. A caller without a count, when there is room for no more, is refused. */
export const MAX_COUNTS = 100_000;

/** Findings of one lint. */
export const MAX_FINDINGS = 1_000;
