/** The limits of relaying, each with its reason. docs/LIMITS.md repeats them. */

/**
 * Bytes in one message: with its tags it fits in one fragment of a link (64 KiB), and the schema allows no more than
 * that.
 */
export const RELAY_PIECE_BYTES = 65_536 - 64;

/**
 * Relayed connections that a node carries at a time; each may hold what one credit window is, each way (1 MiB): half a
 * gigabyte at the worst, if every reader stops at once.
 */
export const RELAYS = 256;

/** The same with one peer at either end: nobody takes all the places. */
export const RELAYS_PER_PEER = 64;

/** Relayed connections that a node takes at a time; a link is one of them. The same as one hub may carry. */
export const ACCEPTS = 256;

/** The same through one peer: a hub that dials for many peers, and one that floods. */
export const ACCEPTS_PER_PEER = 64;

/** How long a caller may take to say whom it wants, and the target to take the connection. */
export const RELAY_READY_MS = 5_000;

/** A link inside speaks every 10 s, and is dead after 30 s: what is silent for longer carries none. */
export const RELAY_IDLE_MS = 60_000;
