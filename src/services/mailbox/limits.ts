/** What a mailbox holds at most. docs/LIMITS.md says which attack or accident each stops. */

const KIB = 1024;
const MIB = 1024 * KIB;

/** As in the schema: `SendMailRequest.text`. */
export const MAX_TEXT_BYTES = MIB;
/** A letter: the text and what stands around it. As in the schema: `MailEnvelope.plain`. */
export const MAX_LETTER_BYTES = MIB + 2 * KIB;
/** Nodes that one mail goes to. */
export const MAX_RECEIVERS = 1_000;
/** How long a mail is worth delivering when its sender does not say: a machine that was away for its owner's holidays. */
export const DEFAULT_LIFETIME_MS = 30 * 24 * 60 * 60 * 1000;
/** As in the schema: `SendMailRequest.lifetime_seconds`. Taken mail is remembered for as long, so that it is never taken twice. */
export const MAX_LIFETIME_MS = 90 * 24 * 60 * 60 * 1000;

/** Mail in one inbox, read or not. Full, it forgets what was read; then it refuses. */
export const MAX_INBOX_COUNT = 100_000;
/** The same in bytes. */
export const MAX_INBOX_BYTES = 256 * MIB;
/** Agents that have an inbox. */
export const MAX_INBOXES = 10_000;
/** Unread mail is counted up to this. */
export const MAX_UNREAD_COUNTED = 10_000;
/** Mail that one stream holds back for the receiver's status; more waits unread in the inbox. */
export const MAX_HELD_BACK = 10_000;

/** Letters that wait for one node. */
export const MAX_OUTBOX_COUNT = 100_000;
/** The same in bytes. */
export const MAX_OUTBOX_BYTES = 256 * MIB;

/** What waits of an agent that seems to have too much of it is counted anew, but not more often: all outboxes are read. */
export const RECOUNT_MS = 10_000;

/** Letters that a hub keeps from one sender for one receiver: one sender cannot use up what others have. */
export const MAX_KEPT_COUNT = 10_000;
/** The same in bytes. */
export const MAX_KEPT_BYTES = 64 * MIB;

/** Envelopes of one call. As in the schema: `DeliverMailRequest.envelopes`. */
export const BATCH_COUNT = 512;
/** Bytes of letters in one call, but for one that is larger: a call that other calls can pass. */
export const BATCH_BYTES = 4 * MIB;
/** Bytes of text in one page of a list. */
export const PAGE_BYTES = 4 * MIB;

/** A call to another node that hands mail over. */
export const CALL_MS = 30_000;
/** First pause, and longest, before a node that cannot be reached is tried again. */
export const RETRY_BASE_MS = 1_000;
export const RETRY_CAP_MS = 300_000;
/** How often what is over is forgotten: remembered ids, old deliveries, expired mail that was kept for others. */
export const SWEEP_MS = 3_600_000;
/** Deliveries that can change no more are shown this long after their mail expired. */
export const SENT_KEPT_MS = 7 * 24 * 60 * 60 * 1000;
