import type { Duplex } from 'node:stream';

/** How a link's bytes travel. On top of `stream` run HTTP/2 and the link's protocol. */
export interface Carrier {
  readonly kind: 'tls' | 'websocket' | 'relay' | 'memory';
  readonly stream: Duplex;
  /** 32 bytes that both ends of this very connection know and no other connection has. */
  readonly binding: Uint8Array;
  /** The key that the carrier authenticated at the other end. */
  readonly peerNodeId: Uint8Array;
  /** Where the other end is, as an address; "host:port" where it was not dialed. */
  readonly remoteAddress?: string;
  /** The node that carries the bytes, where one does: the link is relayed. */
  readonly via?: Uint8Array;
}
