/**
 * A link: one authenticated, persistent, bidirectional session between two nodes. This file is what the rest of
 * the program sees of it; `session.ts` implements it.
 */
import type { CloseReason, HelloBody } from '../../gen/towline/v1/frame_pb.ts';
import type { Credit } from './credit.ts';
import type { ErrorDetail, Metadata } from './frame/frame.ts';

export type { ErrorDetail, Metadata };

/** Why and when a link ended. */
export interface LinkEnd {
  readonly reason: CloseReason;
  readonly message: string;
  /** Whether the other side said so (else this side did, or the carrier was lost). */
  readonly remote: boolean;
  readonly timeMs: number;
  /** How long the other side asked to wait before dialing again. */
  readonly retryDelayMs?: number;
}

/** Counters of a link, for people. */
export interface LinkCounters {
  readonly streams: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly sentFrames: number;
  readonly sentPackets: number;
  readonly receivedFrames: number;
  readonly receivedPackets: number;
  /** Of the last heartbeat that was answered. */
  readonly roundTripMs: number | undefined;
}

/** What flow control allows on a link now: sums of all calls under way, for people. */
export interface LinkFlow {
  /** What this side may still send. */
  readonly send: Credit;
  /** What the other side may still send. */
  readonly receive: Credit;
  /** Calls that have something to send and no credit for it. */
  readonly waitingStreams: number;
  /** Bytes of messages and packets that wait to be sent. */
  readonly unsentBytes: number;
}

/** The end of a call, as the callee said it or as the link found it. `code` 0 is success. */
export interface StreamStatus {
  readonly code: number;
  readonly message: string;
  readonly details: readonly ErrorDetail[];
  readonly trailers: readonly Metadata[];
  /** The link ended before the call did: the callee may or may not have run it. */
  readonly lost: boolean;
}

export interface OpenOptions {
  readonly metadata?: readonly Metadata[];
  readonly timeoutMs?: number | undefined;
  /** The first request message; with `halfClose` also the last. */
  readonly data?: Uint8Array;
  readonly halfClose?: boolean;
}

/** What a stream tells its owner. Called in order, never after `onEnd`. */
export interface StreamEvents {
  onHeaders?(metadata: readonly Metadata[]): void;
  /** A whole message. The owner calls `consumed()` on the stream when it has taken it: that grants new credit. */
  onMessage(data: Uint8Array): void;
  /** The callee's view: the caller sends nothing more. */
  onHalfClose?(): void;
  /** The caller's view: how the call ended. The callee's view: the caller gave up, or the link was lost. */
  onEnd(status: StreamStatus): void;
}

/** One call's sequence of frames, either side. */
export interface LinkStream {
  readonly id: number;
  /**
   * Sends one whole message; resolves when credit let it go (at once in the common case: then `undefined`), or when
   * the call has ended (`onEnd` says how): then nobody reads `data` any more. Await it before the next. Throws
   * MESSAGE_TOO_LARGE.
   */
  send(data: Uint8Array, halfClose?: boolean): Promise<void> | undefined;
  /** The owner has taken one message of this size. */
  consumed(bytes: number): void;
}

export interface OutgoingStream extends LinkStream {
  halfClose(): void;
  cancel(code: number): void;
}

export interface IncomingStream extends LinkStream {
  readonly method: string;
  readonly metadata: readonly Metadata[];
  readonly timeoutMs: number | undefined;
  sendHeaders(metadata: readonly Metadata[]): void;
  /** Ends the call, with the last message if there is one. Throws MESSAGE_TOO_LARGE or METADATA_TOO_LARGE. */
  end(status: Omit<StreamStatus, 'lost'>, data?: Uint8Array): void;
}

/** Takes a new call of the other side: returns who listens to it. */
export type StreamAcceptor = (stream: IncomingStream) => StreamEvents;

export interface Link {
  readonly peerNodeId: Uint8Array;
  /** What the other side said of itself. For display only. */
  readonly hello: HelloBody;
  readonly dialed: boolean;
  readonly carrier: string;
  readonly remoteAddress: string | undefined;
  /** The node that relays the link; nothing for a direct one. */
  readonly via: Uint8Array | undefined;
  readonly openTimeMs: number;
  /** Whether calls can still be opened: neither side drains or has closed the link. */
  readonly isUsable: boolean;
  /** Whether the other side owes a sign of life: see `doubtMs` of the limits. */
  readonly isSilent: boolean;
  /** Calls `listener` when the link falls silent, and every few seconds while it is. One listener. */
  onSilence(listener: () => void): void;
  /** Calls `listener` when either side asks for no more calls, and why. One listener. */
  onDraining(listener: (reason: CloseReason) => void): void;
  /**
   * Opens a call. Throws a `LocalError` when nothing was sent: LINK_DRAINING (also after the end), LINK_BUSY,
   * MESSAGE_TOO_LARGE, METADATA_TOO_LARGE.
   */
  open(method: string, events: StreamEvents, options?: OpenOptions): OutgoingStream;
  /** Who takes the other side's calls. Until it is set, calls wait (bounded). */
  accept(acceptor: StreamAcceptor): void;
  counters(): LinkCounters;
  /** Looks at every call under way: for a look now and then. */
  flow(): LinkFlow;
  /** Asks for no more calls, lets those under way end (for `drainMs` of the limits at most), then closes. */
  drain(reason: CloseReason, message: string): Promise<LinkEnd>;
  /** Ends now. Calls under way fail `unavailable`. Idempotent. */
  close(reason: CloseReason, message: string): void;
  /** Resolves when the link has ended. Never rejects. */
  readonly closed: Promise<LinkEnd>;
}
