/**
 * A channel carries JSON-RPC messages to and from one running upstream. It knows bytes and framing; what messages
 * mean is the session's business.
 */
import type { ConnectError } from '@connectrpc/connect';
import type { RpcMessage } from '../wire.ts';
import type { Era } from './spec.ts';

export interface OutgoingRequest {
  readonly id: number;
  readonly method: string;
  /** The whole message. */
  readonly text: string;
  /** What the `Mcp-Name` header says of it. */
  readonly name?: string;
  /** Further headers of a modern HTTP request (`Mcp-Param-…`). */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Called in the order of the wire, never after `ended`, except `message` and `failed` for requests still open over HTTP. */
export interface ChannelEvents {
  /** `requestId` is the request on whose own stream it came (HTTP); absent on streams that all share. */
  message(message: RpcMessage, requestId?: number): void;
  /** A request will get no answer. */
  failed(requestId: number, error: ConnectError): void;
  /** Nothing more can be sent. */
  ended(error: ConnectError): void;
}

/** What a handshake agreed upon. */
export interface Agreement {
  readonly era: Era;
  readonly protocolVersion: string;
}

export interface Channel {
  /** Whether every message shares one stream. Then a cancellation is always told by a message. */
  readonly shared: boolean;
  /** Sends a request; failures come as events. */
  request(request: OutgoingRequest): void;
  /** Sends a notification or an answer. Lost if the channel has ended. */
  send(text: string): void;
  /** The caller wants no answer any more: frees what the request holds. */
  forget(requestId: number): void;
  /** The handshake is done: later messages carry what was agreed. */
  agree(agreement: Agreement): void;
  /** Ends now, and leaves nothing running. Idempotent. */
  close(): Promise<void>;
}

/** Opens a channel. Rejects with a `LocalError` or `ConnectError` if it cannot, or `signal` aborts meanwhile. */
export type OpenChannel = (events: ChannelEvents, signal: AbortSignal) => Promise<Channel>;
