/** What the local network may cost a node. docs/LIMITS.md repeats these. */

/** Answers that are looked at in a second; a network of honest nodes gives fewer in a minute. */
export const MAX_ANSWERS_PER_SECOND = 64;

/** Records of one answer that are looked at: ours have three. */
export const MAX_RECORDS = 64;

/** Addresses of one peer: a machine with several networks, and some liars beside it. */
export const MAX_CANDIDATES = 4;

/** An address that nobody announced for this long, in milliseconds, is tried no more. */
export const CANDIDATE_MS = 10 * 60_000;

/** How often a node asks who is there, in milliseconds. */
export const QUERY_MS = 2 * 60_000;

/** A node answers no more often than this, in milliseconds (RFC 6762 §6): whoever asks, all hear it. */
export const ANSWER_PAUSE_MS = 1_000;
