/** The limits of the audit log, each with its reason. docs/LIMITS.md repeats them. */

/** A segment file. Small enough to be read as a whole for a query; a gigabyte of them is a short list. */
export const SEGMENT_BYTES = 8 * 1024 * 1024;

/** The whole log, unless the configuration says otherwise: five million calls. */
export const DEFAULT_MAX_BYTES = 1024 * 1024 * 1024;

/** One entry. Arguments are cut long before; the rest is names of bounded length. */
export const MAX_ENTRY_BYTES = 64 * 1024;

/** Entries in one write, and bytes of it: the hashing of more would hold up calls for longer than 5 ms. */
export const GROUP_ENTRIES = 1_024;
export const GROUP_BYTES = 1024 * 1024;

/** How long an entry for which nobody waits may wait for others. What a crash can lose of calls is this old. */
export const LINGER_MS = 100;

/** Entries that wait for a disk that is full or slow. More are counted, not kept. */
export const PENDING_BYTES = 8 * 1024 * 1024;

/** The pause until a write is tried again. */
export const RETRY_MS = 1_000;

/** Entries between two checkpoints at most, and the time: a signature costs as much as twenty entries. */
export const CHECKPOINT_ENTRIES = 4_096;
export const CHECKPOINT_MS = 60_000;

/** Arguments that are recorded as text. */
export const MAX_ARGUMENT_BYTES = 16 * 1024;

/** Arguments that are searched for secrets; longer ones are not recorded as text. */
export const MAX_SEARCHED_BYTES = 256 * 1024;

/** Entries that one query looks at before it answers with what it has. */
export const QUERY_ENTRIES = 100_000;

/** Entries that a query takes between two turns of the event loop. */
export const QUERY_TURN = 256;

/** How far a clock may have been set back for a query by time to find what is older than it should be. */
export const CLOCK_SLACK_MS = 24 * 60 * 60_000;

/** A piece of an export. */
export const EXPORT_PIECE_BYTES = 256 * 1024;

/** Findings of a verification that are told one by one. */
export const MAX_FINDINGS = 100;

/** Refusals and logins of one kind are one entry in this time. */
export const REFUSAL_WINDOW_MS = 60_000;

/** Kinds of them that are told apart in that time: a stranger can write about 4 KiB a minute. */
export const REFUSAL_KINDS = 24;
