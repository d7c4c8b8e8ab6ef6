/** The limits of channels, each with its reason. docs/LIMITS.md repeats them; those of single fields stand in the schema. */

/** Channels of a hub. Each costs about a kilobyte of memory, and a row of each list. */
export const MAX_CHANNELS = 10_000;

/** The same of one other node: nobody takes all the places. */
export const MAX_CHANNELS_PER_NODE = 1_000;

/** Members of a channel: all are in memory while it is in use. */
export const MAX_MEMBERS = 10_000;

/** Members that a summary shows. */
export const SHOWN_MEMBERS = 100;

/** Messages of a page when the caller says nothing. */
export const DEFAULT_PAGE = 100;

/** Bytes of a page: a thousand messages of a megabyte fit into no answer. */
export const PAGE_BYTES = 4 * 1024 * 1024;

/** Messages in one event of a subscription: as many as are worth sharing the costs of one. */
export const BATCH_COUNT = 256;

/** Bytes of the same: four fragments of a link, so that a reader is not told of the first when the last has come. */
export const BATCH_BYTES = 256 * 1024;

/** Newest messages of a channel that are kept in memory while somebody listens. */
export const RING_COUNT = 2_048;

/** Bytes of the same. */
export const RING_BYTES = 1024 * 1024;

/** Bytes of the same in all channels together; what does not fit is read from the disk. */
export const RINGS_BYTES = 64 * 1024 * 1024;

/** How long the ids of sends are remembered at least, by the hub's clock: as long as those of calls of tools. */
export const REMEMBER_MS = 10 * 60 * 1_000;

/** Ids of sends that a hub remembers in all, about 50 MB; at half of them the older half may go before its time. */
export const REMEMBERED_SENDS = 500_000;

/** The same of one channel that are read back from its log after a start: a fifth of a second. */
export const REREAD_SENDS = 50_000;

/** The same whatever the clock says: who sends again does so after seconds, and few can have sent meanwhile. */
export const CERTAIN_SENDS = 1_024;

/** A channel that nobody used for so long gives its memory back. */
export const IDLE_MS = 10 * 60 * 1_000;

/** How often channels are looked at for what is too old. */
export const SWEEP_MS = 60_000;

/** Channels that are looked at then, in turn: a sweep takes no more than some milliseconds. */
export const SWEPT_CHANNELS = 1_000;

/** Participants of what is live in one channel: each chunk is written to each of them. */
export const LIVE_PARTICIPANTS = 64;

/** Chunks that wait for one participant. Of voice, 20 ms each, it is five seconds; older ones are worth nothing. */
export const LIVE_CHUNKS = 256;

/** Bytes of the same. */
export const LIVE_BYTES = 1024 * 1024;

/** Messages that a channel keeps whose maker said nothing: a year of a lively one. */
export const KEPT_COUNT = 100_000;

/** Bytes of the same. */
export const KEPT_BYTES = 1024 * 1024 * 1024;

/** The least that a channel keeps. As in the schema: `Retention.max_bytes`. */
export const MIN_KEPT_BYTES = 1024 * 1024;

/** Age of the same. */
export const KEPT_MS = 90 * 24 * 3_600 * 1_000;
