/** What one listener holds at most, each with its reason. */

export interface ConnectionLimits {
  /** Open connections in all. Bounds file descriptors and memory. */
  readonly maxConnections: number;
  /** Open connections of one remote address that is not this machine. One machine must not take the place of all. */
  readonly maxConnectionsPerAddress: number;
  /**
   * Connections that have not sent a whole request yet. Counted apart for this machine and for others, so that a flood
   * from the network never locks out the node's owner.
   */
  readonly maxUnidentifiedConnections: number;
}

export const defaultConnectionLimits: ConnectionLimits = {
  maxConnections: 10_000,
  maxConnectionsPerAddress: 256,
  maxUnidentifiedConnections: 512,
};

/** From the first packet to the end of the first request's head. Stops those who say nothing, or a byte a second. */
export const IDENTIFY_MS = 10_000;

/** The head of each later request on an HTTP/1.1 connection. */
export const HEADERS_MS = 10_000;

/** A whole request on HTTP/1.1, body included; answers may take longer. Stops bodies that never end. */
export const REQUEST_MS = 300_000;

/** An HTTP/1.1 connection waits for another request. Longer than clients' pools do, so that they close first. */
export const KEEP_ALIVE_MS = 65_000;

/** An HTTP/2 connection without streams. Links keep one stream open, and so are never idle. */
export const IDLE_SESSION_MS = 300_000;

/** The head of a request: 16 KiB of metadata (as for calls over links), and room for tokens and cookies. */
export const MAX_HEADER_BYTES = 32 * 1024;

/** Bytes that a sender may have under way on one HTTP/2 stream: 100 Mbit/s at a round trip of 300 ms. */
export const STREAM_WINDOW_BYTES = 4 * 1024 * 1024;

/** The same for a whole connection, so that one stream that nobody reads leaves room for others. */
export const SESSION_WINDOW_BYTES = 16 * 1024 * 1024;

/** Streams at a time on one HTTP/2 connection: what gRPC clients expect, times ten. */
export const MAX_STREAMS = 1_000;

/** A fragment of a large message in one HTTP/2 frame, with room for its head. */
export const MAX_FRAME_BYTES = 128 * 1024;

/** In megabytes, as Node counts it: a message of 64 MiB waiting each way, and the rest of the session. */
export const SESSION_MEMORY_MB = 160;
