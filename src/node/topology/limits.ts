/** What a node does by itself to reach others. docs/LIMITS.md repeats these. */

/** Links that an orchestrator keeps because of its role. Each costs both ends some hundred kilobytes and a heartbeat. */
export const MAX_ROLE_LINKS = 1_024;

/** Links that are newly kept at a time: a thousand handshakes at once would be late for all of them. */
export const DIALS_AT_A_TIME = 32;

/** The pause between such batches, in milliseconds. */
export const DIAL_PAUSE_MS = 250;

/** Peers that are asked where another one is. */
export const MAX_ASKED = 4;

/** How long such a question may take, in milliseconds: somebody waits for a call. */
export const ASK_MS = 2_000;

/** Where a peer is, is not asked again for so long, in milliseconds: it may be away for days, and is dialed all the while. */
export const ASK_AGAIN_MS = 30_000;
