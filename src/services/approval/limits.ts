/** What approvals may cost; docs/LIMITS.md says what each stops. */

/** Of the arguments, what people are shown. The approval is bound to all of them. */
export const VIEW_BYTES = 64 * 1024;

/** What of that is kept when the approval has ended. */
export const KEPT_VIEW_BYTES = 2 * 1024;

/** More questions at once than this are read by nobody. */
export const MAX_PENDING = 256;

/** Questions of one key, or of one token's subject. */
export const MAX_PENDING_PER_ASKER = 16;

/** Identical calls that wait for one approval. Only one of them will run. */
export const MAX_WAITERS = 16;

/** Below the two minutes at which most callers give up. */
export const DEFAULT_WAIT_MS = 110_000;

/** MCP clients give up after 60 s of silence. */
export const PROGRESS_MS = 10_000;

/** Approvals that have ended and are kept. */
export const MAX_HISTORY = 1_000;

/** Approvals that have ended and whose watchers are still told. */
export const MAX_RECENT = 64;

/** Standing permissions of one node. */
export const MAX_GRANTS = 1_000;

/** Questions of one peer that are shown here. */
export const MAX_ASKED_BY_PEER = 64;

/** Each vote is kept and shown. */
export const MAX_VOTES = 64;
