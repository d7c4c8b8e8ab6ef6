/**
 * The limits of a link, each with its reason. docs/LIMITS.md repeats them; a test compares the two.
 */

const KIB = 1024;
const MIB = 1024 * KIB;

/** What can be set for one link; tests set less. */
export interface LinkLimits {
  /** One message of a call, put together from its fragments. */
  readonly messageBytes: number;
  /** Streams that one side may have open at a time. */
  readonly streams: number;
  /** Messages that a peer may send on a stream before it is granted more. */
  readonly creditMessages: number;
  /** Bytes of messages that a peer may send on a stream before it is granted more. */
  readonly creditBytes: number;
  /** Bytes that wait to be sent, in all streams and packets of the link. */
  readonly unsentBytes: number;
  /** Bytes of packets handed to the carrier and not yet taken by it, above which messages wait in their streams. */
  readonly carrierBytes: number;
  /** A side that has sent nothing for so long sends a heartbeat. */
  readonly heartbeatMs: number;
  /** A side that has received nothing for so long ends the link. */
  readonly deadMs: number;
  /** A side that waits so long for a sign of life asks for one; after as long again it tries another way to the peer. */
  readonly doubtMs: number;
  /** How long the other side may take for its hello. */
  readonly helloMs: number;
  /** How long calls under way may take after a GoAway, before they are ended. */
  readonly drainMs: number;
  /** How long the last packet of a link may take to leave before the carrier is cut. */
  readonly lingerMs: number;
}

export const linkLimits: LinkLimits = {
  // A tool's result may be a file or a screen recording; what is larger goes through BlobService, which can resume.
  messageBytes: 64 * MIB,
  // A node with 1,000 agents that each have four calls under way; with what a stream weighs when idle (about 1 KiB)
  // a hostile peer holds 4 MiB.
  streams: 4_096,
  // Several round trips of small messages at full speed (32 in 1 ms is 32,000 a second on one stream).
  creditMessages: 32,
  // 1 MiB in 10 ms is 100 MB/s for one stream; times `streams` it is what a peer can make us hold: 4 GiB at the very
  // worst, and only if this node's own services stop reading on every stream at once.
  creditBytes: 1 * MIB,
  // One largest message on its way. A peer that asks and does not read can hold no more of our memory than this.
  unsentBytes: 64 * MIB,
  // Four fragments: enough to keep TLS busy (2 GB/s here), few enough that a small call waits under 1 ms behind bulk
  // on a fast network.
  carrierBytes: 256 * KIB,
  // Below the idle timeouts of home routers and load balancers (30 s to 5 min).
  heartbeatMs: 10_000,
  // Three heartbeats: one may be lost to a stall.
  deadMs: 30_000,
  // Twice this and a dial fit into 10 s, the time that a cut-off call waits for its peer. TCP alone may send nothing for
  // as long as a break has lasted already.
  doubtMs: 2_500,
  // A handshake needs two round trips; who is silent for longer holds a place among the unauthenticated.
  helloMs: 10_000,
  // Most calls end in seconds; a subscription never does, and its owner subscribes again elsewhere.
  drainMs: 30_000,
  // A round trip to the far side of the earth, three times.
  lingerMs: 1_000,
};

/** One fragment of a message: what one stream may send before the next has its turn. `max_len` in frame.proto. */
export const FRAGMENT_BYTES = 64 * KIB;

/** One packet. Bounds what a reader must hold before it can look at the first frame. */
export const PACKET_BYTES = 1 * MIB;

/** A packet that has grown to this is sent before the turn ends: the other side can start on it. */
export const PACKET_SEND_BYTES = 256 * KIB;

/** Frames in one packet: `max_items` in link_service.proto. */
export const PACKET_FRAMES = 65_536;

/** Names and values of the headers, or of the trailers, of one call: what HTTP servers allow by habit. */
export const METADATA_BYTES = 16 * KIB;

/** Details of one status that are sent. More are left out, so that an End always fits in a packet. */
export const DETAILS_BYTES = 256 * KIB;

/**
 * How many times its first window of messages a stream may get, while its reader keeps up: 512 of them in the round trip
 * of 1 ms are 500,000 a second. Bytes stay bounded as they were.
 */
export const WINDOW_GROWTH = 16;

/** Connecting to one address, TLS included: three retransmitted SYNs never come back better. */
export const CONNECT_MS = 3_000;

/** One message of a WebSocket that carries a link, received: what a reader must hold of it at a time. */
export const WEBSOCKET_MESSAGE_BYTES = 1 * MIB;

/** The same, sent: proxies hold less than we do. */
export const WEBSOCKET_SEND_BYTES = 256 * KIB;

/**
 * Bytes of a WebSocket that are held for a link that does not read: twice what HTTP/2 lets be on its way (windows.ts), so
 * that neither end waits for the other for ever, however little the proxies between them hold.
 */
export const WEBSOCKET_HELD_BYTES = 2 * MIB;

/** A WebSocket that this side has closed waits so long for the other side's close: as `lingerMs`, then it is cut. */
export const WEBSOCKET_CLOSE_MS = 1_000;

/** The largest credit that can add up (2^31 - 1): fits a signed 32-bit integer in every language. */
export const MAX_CREDIT = 2_147_483_647;
