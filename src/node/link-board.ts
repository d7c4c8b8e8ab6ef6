/** How the links of this node do, and how those that ended did: for `towline link` and its kin. */
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  type LinkCredits,
  LinkCreditsSchema,
  LinkState,
  type LinkStatus,
  LinkStatusSchema,
  type WatchLinksResponse,
  WatchLinksResponseSchema,
} from '../../gen/towline/v1/admin_service_pb.ts';
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import { equalBytes } from '../base/bytes.ts';
import type { EndedLink, LinkFacts } from '../link/history.ts';
import type { LinkCounters, LinkFlow } from '../link/link.ts';
import type { LinkPool, PooledLink } from '../link/pool.ts';
import { Ticker } from './ticker.ts';

/** Which links somebody asks for. */
export interface LinkFilter {
  /** Only those to this key. */
  readonly nodeId?: Uint8Array | undefined;
  /** Only those in one of these states; in any, if there are none. */
  readonly states: readonly LinkState[];
}

export class LinkBoard {
  readonly #pool: Pick<LinkPool, 'all' | 'history'>;
  readonly #aliasOf: (nodeId: Uint8Array) => string | undefined;
  readonly #watches = new Set<Ticker>();

  constructor(pool: Pick<LinkPool, 'all' | 'history'>, aliasOf: (nodeId: Uint8Array) => string | undefined) {
    this.#pool = pool;
    this.#aliasOf = aliasOf;
  }

  /** Open links by alias, then the ended ones, newest first. */
  list({ nodeId, states }: LinkFilter): LinkStatus[] {
    const all = [...this.#open(nodeId), ...this.#ended(nodeId, 0)];
    return states.length === 0 ? all : all.filter(({ state }) => states.includes(state));
  }

  /** Round after round, each `intervalMs` after the one before, or as soon as a link opens or ends. */
  async *watch(
    nodeId: Uint8Array | undefined,
    intervalMs: number,
    signal: AbortSignal,
  ): AsyncGenerator<WatchLinksResponse> {
    using ticker = new Ticker(intervalMs, signal);
    this.#watches.add(ticker);
    try {
      for (let seen = this.#pool.history.count; ; ) {
        const { count } = this.#pool.history;
        const links = [...this.#open(nodeId), ...this.#ended(nodeId, seen)];
        seen = count;
        for (const value of links) yield create(WatchLinksResponseSchema, { event: { case: 'link', value } });
        const openCount = links.filter(({ closeTime }) => !closeTime).length;
        yield create(WatchLinksResponseSchema, { event: { case: 'round', value: { openCount } } });
        if (!(await ticker.next())) return;
      }
    } finally {
      this.#watches.delete(ticker);
    }
  }

  /** A link opened, makes way or ended. */
  changed(): void {
    for (const ticker of this.#watches) ticker.tick();
  }

  /** Ends every watch. */
  close(): void {
    for (const ticker of [...this.#watches]) ticker.stop();
  }

  #open(nodeId: Uint8Array | undefined): LinkStatus[] {
    const links = this.#pool.all().filter(({ link }) => isOf(link, nodeId));
    return links.map((pooled) => this.#openStatus(pooled)).sort((a, b) => compare(a.alias, b.alias));
  }

  /** Newest first; those that ended after so many others had. */
  #ended(nodeId: Uint8Array | undefined, after: number): LinkStatus[] {
    const ended = this.#pool.history.list().filter(({ facts, sequence }) => sequence > after && isOf(facts, nodeId));
    return ended.map((link) => this.#endedStatus(link));
  }

  #openStatus({ id, link }: PooledLink): LinkStatus {
    const status = this.#status(id, link, link.counters(), Number.POSITIVE_INFINITY);
    const flow = link.flow();
    status.state = link.isUsable ? LinkState.OPEN : LinkState.DRAINING;
    status.unsentBytes = BigInt(flow.unsentBytes);
    status.credits = creditsOf(flow);
    return status;
  }

  #endedStatus({ id, sequence, facts, counters, end }: EndedLink): LinkStatus {
    const status = this.#status(id, facts, counters, sequence);
    status.state = LinkState.CLOSED;
    status.closeTime = timestampFromMs(end.timeMs);
    status.closeReason = end.reason;
    status.closeMessage = end.message;
    status.closedByPeer = end.remote;
    return status;
  }

  #status(linkId: number, facts: LinkFacts, counters: LinkCounters, before: number): LinkStatus {
    const { roundTripMs } = counters;
    const last = this.#lastEnd(facts.peerNodeId, before);
    return create(LinkStatusSchema, {
      linkId,
      alias: this.#aliasOf(facts.peerNodeId) ?? '',
      nodeId: facts.peerNodeId,
      carrier: facts.carrier,
      dialed: facts.dialed,
      remoteAddress: facts.remoteAddress ?? '',
      relayAlias: (facts.via && this.#aliasOf(facts.via)) ?? '',
      openTime: timestampFromMs(facts.openTimeMs),
      streamCount: counters.streams,
      sentBytes: BigInt(counters.sentBytes),
      receivedBytes: BigInt(counters.receivedBytes),
      sentFrameCount: BigInt(counters.sentFrames),
      sentPacketCount: BigInt(counters.sentPackets),
      receivedFrameCount: BigInt(counters.receivedFrames),
      receivedPacketCount: BigInt(counters.receivedPackets),
      lastCloseReason: last?.reason ?? CloseReason.UNSPECIFIED,
      lastCloseMessage: last?.message ?? '',
      ...(roundTripMs === undefined ? {} : { roundTripMs }),
    });
  }

  /** How the link to the same peer that ended before the `before`th did. */
  #lastEnd(nodeId: Uint8Array, before: number): EndedLink['end'] | undefined {
    return this.#pool.history.list().find(({ facts, sequence }) => sequence < before && isOf(facts, nodeId))?.end;
  }
}

function creditsOf({ send, receive, waitingStreams }: LinkFlow): LinkCredits {
  return create(LinkCreditsSchema, {
    sendMessages: BigInt(send.messages),
    sendBytes: BigInt(send.bytes),
    receiveMessages: BigInt(receive.messages),
    receiveBytes: BigInt(receive.bytes),
    waitingStreamCount: waitingStreams,
  });
}

function isOf({ peerNodeId }: Pick<LinkFacts, 'peerNodeId'>, nodeId: Uint8Array | undefined): boolean {
  return nodeId === undefined || equalBytes(peerNodeId, nodeId);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
