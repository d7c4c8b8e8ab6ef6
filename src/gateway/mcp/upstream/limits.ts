/** The bounds of an upstream, each with its reason. Configurable parts are in `options.ts`. */

/** One message from an upstream: as much as one message of a call may hold anywhere in the mesh (docs/LIMITS.md). */
export const maxMessageBytes = 64 * 1024 * 1024;

/** What may wait in a child's input before calls are refused: two of the largest messages. */
export const maxUnsentBytes = 2 * maxMessageBytes;

/** The body of a failed HTTP answer is read this far: enough for a JSON-RPC error and a proxy's page. */
export const maxErrorBodyBytes = 64 * 1024;

/** The standard error of a child that is kept: the last lines are what explains a failure. */
export const maxStderrBytes = 256 * 1024;

/** Pages of one tools/list: a server whose cursor never ends must not keep us for ever. */
export const maxListPages = 1_000;

/** Tools of one upstream; more cannot be shown to a model by anyone. */
export const maxTools = 10_000;

/** Unread progress and log events of one call; further ones are dropped, as the reader is slower than the tool. */
export const maxWaitingEvents = 1_024;

/** A secret, from a file or from a command: keys and certificates are shorter. */
export const maxSecretBytes = 16 * 1024;

/** How long a command may take to print a secret: one that asks a person never ends. */
export const secretCommandMs = 10_000;
