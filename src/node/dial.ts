/**
 * Reaching other nodes, directly, by a WebSocket or through a peer: for links, and for the one call that a stranger may
 * make.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DescService } from '@bufbuild/protobuf';
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import { JoinService } from '../../gen/towline/v1/join_service_pb.ts';
import { equalBytes } from '../base/bytes.ts';
import { LocalError, messageOf } from '../base/errors.ts';
import { firstOf } from '../base/first-of.ts';
import type { Log } from '../base/log.ts';
import type { Carrier } from '../link/carrier/carrier.ts';
import { dialTls, type TlsDialOptions } from '../link/carrier/tls.ts';
import { dialWebSocket } from '../link/carrier/websocket.ts';
import type { OwnHello } from '../link/hello.ts';
import type { Link } from '../link/link.ts';
import { dialLink } from '../link/open.ts';
import { createClient } from '../rpc/client.ts';
import { directFirst, parseAddress } from '../trust/address.ts';
import type { Identity } from '../trust/identity.ts';
import type { TlsIdentity } from '../trust/tls-identity.ts';
import type { JoinClientAt } from './join-mesh.ts';
import type { DialThrough } from './relay/dial.ts';
import { type ClientAt, followSuccessor, type SuccessionParts, tellSuccessor } from './succession.ts';
import type { Locate } from './topology/ask-hubs.ts';

/** Nobody reads the name: keys are what counts. */
const BASE_URL = 'https://towline.invalid';

/** What somebody may answer whom nobody knows yet: a few keys. */
const STRANGER_MAX_BYTES = 64 * 1024;
/** The same of an inviter, whose answer may hold a roster of 4 MiB. */
const JOIN_MAX_BYTES = 5 * 1024 * 1024;

export interface DialerParts {
  readonly identity: Identity;
  readonly tls: TlsIdentity;
  readonly hello: () => OwnHello;
  /** Where a peer may be, the best address first. */
  readonly addressesOf: (nodeId: Uint8Array) => readonly string[];
  /** Asks others where a peer is. */
  readonly locate: Locate;
  /** Links to peers that relay, the best first. */
  readonly hubs: () => readonly Link[];
  readonly dialThrough: DialThrough;
  readonly succession: SuccessionParts;
  readonly log: Log;
}

export interface Dialer {
  /** Opens a link by the first way that leads to the peer: an address of its own, or a hub that reaches it. */
  dial(nodeId: Uint8Array, signal: AbortSignal): Promise<Link>;
  /** Opens a link at the first address where the peer answers: a WebSocket's where it answers at no direct one. */
  dialDirect(nodeId: Uint8Array, signal: AbortSignal): Promise<Link>;
  readonly joinClientAt: JoinClientAt;
}

/** A direct path answers in this time, mostly; the relay is asked when it has not. */
const relayAfterMs = 1_000;
/** Each hub may take a few seconds to say no. */
const maxHubs = 4;

export function createDialer(parts: DialerParts): Dialer {
  const { identity, tls, hello, addressesOf, locate, hubs, dialThrough, succession, log } = parts;

  /** A carrier to the first of the addresses that answers. */
  const carrierTo = (nodeId: Uint8Array, addresses: readonly string[], signal: AbortSignal): Promise<Carrier> =>
    firstOf(addresses, {
      attempt: (address, stop) => dialCarrier({ identity: tls, nodeId, address, signal: stop }),
      discard: ({ stream }) => stream.destroy(),
      signal,
    });

  /** A link at the first of the addresses that answers. A peer that does not know this node's new key is told of it. */
  async function openAt(nodeId: Uint8Array, addresses: readonly string[], signal: AbortSignal): Promise<Link> {
    const carrier = await carrierTo(nodeId, addresses, signal);
    const own = { identity, hello, log };
    try {
      return await dialLink(carrier, own, signal);
    } catch (error) {
      const address = carrier.remoteAddress;
      if (!address || !(await tellSuccessor(error, { nodeId, address }, clientAt, succession).catch(ignoreTold)))
        throw error;
      return dialLink(await dialCarrier({ identity: tls, nodeId, address, signal }), own, signal);
    }
  }

  async function dialDirect(nodeId: Uint8Array, signal: AbortSignal): Promise<Link> {
    const failures: unknown[] = [];
    const known = addressesOf(nodeId);
    for (const addresses of [...directFirst(known), undefined]) {
      try {
        const asked = addresses ?? (await elsewhere(nodeId, known, failures, signal));
        return await openAt(nodeId, asked, signal);
      } catch (error) {
        const news: unknown[] = error instanceof AggregateError ? error.errors : [error];
        failures.push(...news);
        if (signal.aborted) break;
        // Under its new key a peer has a place of its own in the pool, and is dialed from there.
        for (const failed of news) await followSuccessor(failed, nodeId, clientAt, succession).catch(ignoreTold);
      }
    }
    throw noAnswer(failures);
  }

  /** Where others say that the peer is, beside the places that failed. Who has refused this node need not be looked for. */
  async function elsewhere(
    nodeId: Uint8Array,
    known: readonly string[],
    failures: readonly unknown[],
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    if (failures.some(isRefusal)) return [];
    return (await locate(nodeId, signal)).filter((address) => !known.includes(address));
  }

  async function dialRelayed(nodeId: Uint8Array, direct: Promise<Link>, signal: AbortSignal): Promise<Link> {
    const ways = hubs().filter((hub) => !equalBytes(hub.peerNodeId, nodeId));
    // With nobody to ask, the direct way is the only news.
    if (ways.length === 0) return direct;
    const answered = direct.then(Boolean, () => false);
    if (await Promise.race([answered, sleep(relayAfterMs, false, { signal, ref: false })])) return direct;
    return firstAnswer(ways.slice(0, maxHubs), (hub) => dialThrough(hub, nodeId, signal), signal);
  }

  async function dial(nodeId: Uint8Array, signal: AbortSignal): Promise<Link> {
    const found = new AbortController();
    const either = AbortSignal.any([signal, found.signal]);
    const direct = dialDirect(nodeId, either);
    const ways = [direct, dialRelayed(nodeId, direct, either)];
    try {
      const link = await Promise.any(ways);
      for (const way of ways) closeOther(way, link);
      return link;
    } catch (error) {
      throw error instanceof AggregateError ? noAnswer(new Set(error.errors)) : error;
    } finally {
      found.abort();
    }
  }

  async function strangerAt<S extends DescService>(service: S, nodeId: Uint8Array, address: string, maxBytes: number) {
    const { stream } = await dialCarrier({ identity: tls, nodeId, address });
    const { createConnectTransport } = await import('@connectrpc/connect-node');
    const transport = createConnectTransport({
      baseUrl: BASE_URL,
      httpVersion: '2',
      nodeOptions: { createConnection: () => stream },
      acceptCompression: [],
      readMaxBytes: maxBytes,
    });
    const client = createClient(service, transport);
    return { ...client, [Symbol.asyncDispose]: async () => void stream.destroy() };
  }

  const clientAt: ClientAt = (service, nodeId, address) => strangerAt(service, nodeId, address, STRANGER_MAX_BYTES);
  const joinClientAt: JoinClientAt = (nodeId, address) => strangerAt(JoinService, nodeId, address, JOIN_MAX_BYTES);

  return { dial, dialDirect, joinClientAt };
}

/** Tries one way after the other, until one leads somewhere or the dial is given up. */
async function firstAnswer<W>(ways: readonly W[], dial: (way: W) => Promise<Link>, signal: AbortSignal): Promise<Link> {
  const failures: unknown[] = [];
  for (const way of ways) {
    try {
      return await dial(way);
    } catch (error) {
      if (signal.aborted) throw error;
      failures.push(error);
    }
  }
  throw noAnswer(failures);
}

/** Of two ways that both led to the peer one is enough. */
function closeOther(way: Promise<Link>, chosen: Link): void {
  way.then((link) => link === chosen || link.close(CloseReason.DUPLICATE, 'another way was faster')).catch(ignoreTold);
}

/** Somebody else waits for the same, or the failure before it counts. */
function ignoreTold(): undefined {}

function dialCarrier(options: TlsDialOptions): Promise<Carrier> {
  return parseAddress(options.address).kind === 'direct' ? dialTls(options) : dialWebSocket(options);
}

/** Somebody was there, and it was not to be. */
function isRefusal(error: unknown): boolean {
  return error instanceof LocalError && error.reason !== 'LINK_UNREACHABLE';
}

/** The peer itself said no: that is the news. Else nobody was there. */
function noAnswer(all: Iterable<unknown>): unknown {
  const failures = [...all];
  const refusal = failures.find(isRefusal);
  if (refusal !== undefined) return refusal;
  if (failures.length === 1) return failures[0];
  const why = failures.length === 0 ? 'no address of it is known' : failures.map(messageOf).join('; ');
  return new LocalError('LINK_UNREACHABLE', why, { help: 'see that the node runs there, and `towline peers`' });
}
