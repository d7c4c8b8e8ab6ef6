/** The limits of rosters, each with its reason. docs/LIMITS.md and the schema repeat them. */

/** A group of more is many groups; verifying and applying this many takes a fraction of a second. */
export const MAX_MEMBERS = 10_000;

/** Keys that were put out and are named in one roster. More are a group that should be founded anew. */
export const MAX_REVOCATIONS = 10_000;

/** Revocations that a node remembers of a group, those of rosters that lost included: as much again. */
export const MAX_KEPT_REVOCATIONS = 2 * MAX_REVOCATIONS;

/** Owners of a group; each can let keys in. */
export const MAX_OWNERS = 16;

/** Changes of owners since the founding; each costs every receiver a signature check. */
export const MAX_OWNER_CHANGES = 64;

/** 10,000 members with two addresses each are about 1.3 MB. */
export const MAX_ROSTER_BYTES = 4 * 1024 * 1024;

/** How far ahead a roster may be: one signature must not use up all versions. Nobody is away for a million changes. */
export const MAX_VERSION_JUMP = 1_048_576;

/** Groups that a node is in. Each may weigh several megabytes. */
export const MAX_GROUPS = 64;

/** Forks that are remembered and shown. */
export const MAX_FORKS = 16;

/** Rosters of a group that were looked at and are not wanted: not fetched again. */
export const MAX_REFUSED = 64;

/** Addresses of one member, as in the address book. */
export const MAX_MEMBER_ADDRESSES = 16;

/** As in the schema, in characters. */
export const MAX_MEMBER_ADDRESS_LENGTH = 256;
