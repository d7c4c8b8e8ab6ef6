/** What a caller by JSON-RPC may make this node hold, each with its reason. docs/LIMITS.md mirrors it. */

/**
 * One message, each way: a message of a call may be 64 MiB, and as proto JSON its bytes grow by a third, with some
 * envelope. The same as at the door for Connect's JSON.
 */
export const MAX_MESSAGE_BYTES = 96 * 1024 * 1024;

/** A message from a caller that nobody knows: an invite and some addresses. Read before it is known what it asks. */
export const STRANGER_MAX_BYTES = 64 * 1024;

/** Calls in one batch. One message must not become an unbounded number of calls. */
export const MAX_BATCH = 100;

/** Characters of an id as it stands in the message. It is repeated with every message of a stream. */
export const MAX_ID_CHARS = 1_024;

/** Calls and streams under way on one WebSocket. A quarter of what a link may have: it serves one program. */
export const MAX_CALLS = 1_024;

/** Messages of one WebSocket that are served before others get their turn. A read may bring hundreds. */
export const MESSAGES_PER_TURN = 32;

/** A wait longer than what timers take, about 25 days, would be over at once. In milliseconds. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Values of one stream that are collected into one answer, and their characters. Endless streams need another form. */
export const MAX_COLLECTED = 100_000;
export const MAX_COLLECTED_CHARS = 64 * 1024 * 1024;

/** Values that a stream may send before its reader grants more, unless the call says otherwise. As on links. */
export const DEFAULT_CREDITS = 32;

/** Values that a reader may grant in all. More is taken for this: what is unsent is bounded by bytes too. */
export const MAX_CREDITS = 1_000_000;

/** Values that a caller may send ahead of the method that reads them. As on links. */
export const REQUEST_WINDOW = 32;

/** Characters of such values on one WebSocket: one large message and some small ones. */
export const MAX_UNREAD_CHARS = MAX_MESSAGE_BYTES + 4 * 1024 * 1024;

/** Unsent bytes of one WebSocket above which nothing more is read from it and streams wait. */
export const PAUSE_BYTES = 1024 * 1024;

/** Unsent bytes above which a WebSocket is ended: answers that were under way fill it, and nobody reads them. */
export const MAX_UNSENT_BYTES = 64 * 1024 * 1024;

/** How often a WebSocket is asked whether its other end is there. One that has not answered by the next time is ended. */
export const PING_MS = 30_000;
