/** What a caller may use if nothing is configured: more than anybody needs, and less than there is. docs/LIMITS.md repeats them. */

/** As many as a link carries. */
export const DEFAULT_CALLS = 4_096;

/** The same. */
export const DEFAULT_STREAMS = 4_096;

/** 64 GiB, more than a gigabyte a second: what a link carries at its best. */
export const DEFAULT_BYTES_PER_MINUTE = 68_719_476_736;
