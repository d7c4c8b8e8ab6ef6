import { randomBytes } from 'node:crypto';
import { duplexPair } from 'node:stream';
import type { Carrier } from './carrier.ts';

/**
 * Two ends of a carrier inside this process, for tests and for nodes that share one. There is no TLS inside: Node
 * cannot run it over a stream that delivers at once.
 */
export function memoryCarriers(dialer: Uint8Array, acceptor: Uint8Array): { dialed: Carrier; accepted: Carrier } {
  const [left, right] = duplexPair();
  const binding = new Uint8Array(randomBytes(32));
  return {
    dialed: { kind: 'memory', stream: left, binding, peerNodeId: acceptor },
    accepted: { kind: 'memory', stream: right, binding, peerNodeId: dialer },
  };
}
