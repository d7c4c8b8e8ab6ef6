/** What bounds presence (docs/LIMITS.md). */

/** Agents that a node has or remembers. A thousand work at once on the largest; names that were used once make way. */
export const MAX_AGENTS = 1_000;

/** Rows that are kept of one peer: all the agents that a node can have, and the node itself. */
export const MAX_ROWS_PER_PEER = MAX_AGENTS + 1;

/** Bytes of all rows of one peer: 8 KiB a row, where most take 300 bytes. */
export const MAX_PEER_BYTES = 8 * 1024 * 1024;

/** Names of rows of one peer that did not fit, to say how many: ten times what is kept. */
export const MAX_UNLISTED = 10 * MAX_AGENTS;

/** Ways in which one agent is here at once: a program that opens Attend in a loop. */
export const MAX_SESSIONS = 100;

/** How many of them a row shows, as the schema says. */
export const SHOWN_SESSIONS = 16;

/** A link that broke may come back within this before anybody hears of it: a redial takes less than a second. */
export const GRACE_MS = 5_000;

/** How long an agent is remembered that nobody will come as again. */
export const PASSING_MS = 10 * 60_000;
