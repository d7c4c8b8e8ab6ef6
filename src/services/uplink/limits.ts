/** What bounds uplinks (docs/LIMITS.md). */

const KIB = 1024;
const MIB = 1024 * KIB;

/** Attached at once: as many as a node has agents. */
export const MAX_UPLINKS = 1_000;
/** A caller that says nothing holds a stream for this long. */
export const IDENTIFY_MS = 10_000;
/** Who has nothing to say says so this often. */
export const HEARTBEAT_MS = 10_000;
/** Two heartbeats may be lost on the way; after the third the line is dead. */
export const DEAD_MS = 30_000;

/** Calls that one agent has in work. */
export const MAX_CALLS = 256;
/** How long a call may go without an answer or progress, as with upstreams. */
export const CALL_MS = 10 * 60_000;
/** Arguments of a call to an agent. */
export const MAX_ARGUMENT_BYTES = 8 * MIB;
/** A result, either way. As in the schema: `UplinkToolResult.result_json`. */
export const MAX_RESULT_BYTES = 8 * MIB;
/** Progress of one call that its caller has not read; more is dropped. */
export const MAX_UNREAD_PROGRESS = 64;

/** All definitions of an agent's tools together. */
export const MAX_TOOLS_BYTES = MIB;

/** Permissions, relayed requests and mail that one agent waits for. */
export const MAX_ASKS = 64;
/** A relayed request, and a mail, if nothing else is said. As in the schema: `UplinkMcpRequest.timeout_ms`. */
export const ASK_MS = 60_000;
/** How long an answer to a permission is remembered. */
export const KEPT_MS = 10 * 60_000;
/** Answers that are remembered, of all agents. */
export const MAX_KEPT = 10_000;

/** What waits for an agent that does not read; more ends its uplink. */
export const MAX_UNSENT_BYTES = 32 * MIB;
/** Above this no more mail is fetched for it. */
export const PAUSE_BYTES = 4 * MIB;
/** Envelopes that nobody asked for, at once: heartbeats, progress, late answers. */
export const MAX_BURST = 1_000;
/** The same for each second that follows. */
export const MAX_PER_SECOND = 200;
