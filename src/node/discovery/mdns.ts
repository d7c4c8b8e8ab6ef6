/**
 * Finding peers on the local network by multicast DNS. What is heard grants nothing: an address is kept for a key that is
 * trusted already, and that key must answer there.
 */
import type { RemoteInfo } from 'node:dgram';
import type { MulticastDNS, Options, QueryPacket, ResponsePacket } from 'multicast-dns';
import { equalBytes } from '../../base/bytes.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { ANSWER_PAUSE_MS, MAX_ANSWERS_PER_SECOND, QUERY_MS } from './limits.ts';
import { announcementsIn, asksForNodes, recordsOf, SERVICE } from './records.ts';

/** Where multicast DNS is spoken (RFC 6762 §3); an answer from another port is none (§6). */
const MDNS_PORT = 5353;

export interface MdnsParts {
  readonly ownId: () => Uint8Array;
  /** The port that is announced; none while the node does not listen. */
  readonly port: () => number | undefined;
  readonly isTrusted: (nodeId: Uint8Array) => boolean;
  /** A trusted peer may be at "host:port". */
  readonly heard: (nodeId: Uint8Array, address: string) => void;
  readonly log: Log;
  /** Another group, port or interface than those of the standard. */
  readonly options?: Options;
}

export interface Mdns {
  close(): void;
}

export async function openMdns(parts: MdnsParts): Promise<Mdns> {
  const { ownId, port, isTrusted, heard, log, options = {} } = parts;
  const { default: multicastDns } = await import('multicast-dns');
  const socket: MulticastDNS = multicastDns(options);
  const groupPort = options.port ?? MDNS_PORT;
  let answered = Number.NEGATIVE_INFINITY;
  let waiting: NodeJS.Timeout | undefined;
  let second = 0;
  let count = 0;

  const tell = () => {
    waiting = undefined;
    const listening = port();
    if (listening === undefined) return;
    answered = performance.now();
    socket.respond(recordsOf({ nodeId: ownId(), port: listening }));
  };
  const tellSoon = () => {
    waiting ??= setTimeout(tell, Math.max(0, answered + ANSWER_PAUSE_MS - performance.now())).unref();
  };
  const ask = () => socket.query([{ name: SERVICE, type: 'PTR' }]);

  const isFlood = () => {
    const now = Math.floor(performance.now() / 1_000);
    if (now !== second) [second, count] = [now, 0];
    return ++count > MAX_ANSWERS_PER_SECOND;
  };

  socket.on('query', (packet: QueryPacket) => {
    if (asksForNodes(packet)) tellSoon();
  });
  socket.on('response', (packet: ResponsePacket, from: RemoteInfo) => {
    if (from.port !== groupPort || isFlood()) return;
    for (const { nodeId, port } of announcementsIn(packet)) {
      if (isTrusted(nodeId) && !equalBytes(nodeId, ownId())) heard(nodeId, `${from.address}:${port}`);
    }
  });
  // Somebody's malformed packet, or a network that went away.
  socket.on('warning', (error: Error) => log.debug('multicast DNS', { error: messageOf(error) }));
  socket.on('error', (error: Error) =>
    log.warn('peers are not looked for on the local network', { error: messageOf(error) }),
  );
  socket.on('ready', () => {
    ask();
    tellSoon();
  });
  // Another network: who is there?
  socket.on('networkInterface', ask);
  const timer = setInterval(ask, QUERY_MS).unref();

  return {
    close() {
      clearInterval(timer);
      clearTimeout(waiting);
      socket.destroy();
    },
  };
}
