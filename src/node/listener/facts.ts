import type { TLSSocket } from 'node:tls';
import type { Carrier } from '../../link/carrier/carrier.ts';

/** What the listener knows of a connection before it reads a request. The same object for all its requests. */
export interface ConnectionFacts {
  /** TLS; else plain. */
  readonly secure: boolean;
  /** The other end is this machine. A proxy or tunnel here makes others look so. */
  readonly loopback: boolean;
  /** The other end's IP address; empty if it was gone at once. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** The key that the other end's certificate shows and that TLS has proved, 32 bytes. Whether it is known, others say. */
  readonly peerNodeId?: Uint8Array;
  /** For the exporter that binds a link to this connection. Present if `secure`. */
  readonly tlsSocket?: TLSSocket;
  /** What carries the connection, if not TCP alone. */
  readonly carrier?: Carrier;
}
