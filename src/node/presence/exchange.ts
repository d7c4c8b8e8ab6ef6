/** Hears from each linked peer which agents it has. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, Code, ConnectError } from '@connectrpc/connect';
import { CloseReason } from '../../../gen/towline/v1/frame_pb.ts';
import { PresenceService } from '../../../gen/towline/v1/presence_service_pb.ts';
import { fullJitter } from '../../base/backoff.ts';
import { equalBytes } from '../../base/bytes.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Link, LinkEnd } from '../../link/link.ts';
import { createClient } from '../../rpc/client.ts';
import { createLinkTransport } from '../../rpc/link-transport.ts';
import type { PeerAgents } from '../../services/presence/peer-agents.ts';

/** What a hello of a node announces that tells of its agents. */
export const PRESENCE_FEATURE = 'presence';

/** A watch that broke off is begun again after this, while the link lasts. */
const pause = { baseMs: 250, capMs: 30_000 };

/** Ends of links after which a peer may be back in a moment, though nobody asked for the end. */
const BREAKS: readonly CloseReason[] = [
  CloseReason.UNSPECIFIED,
  CloseReason.CARRIER_LOST,
  CloseReason.DUPLICATE,
  CloseReason.PROTOCOL_ERROR,
  CloseReason.LIMIT_EXCEEDED,
  CloseReason.INTERNAL,
];

export interface ExchangeParts {
  readonly agents: PeerAgents;
  /** Whether two keys are the same peer's, one of them perhaps its former. */
  readonly isSamePeer: (left: Uint8Array, right: Uint8Array) => boolean;
  readonly log: Log;
}

/** One watch for each peer, over its newest link: a link that makes way, or a node that ends, waits for no watch. */
export class PresenceExchange {
  readonly #parts: ExchangeParts;
  readonly #watches = new Map<Link, AbortController>();
  #isClosed = false;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  /** A link opened: the peer is there until it ends, unless a newer one has taken its place. */
  opened(link: Link): void {
    if (this.#isClosed) return;
    const { agents, isSamePeer, log } = this.#parts;
    for (const older of [...this.#watches.keys()]) {
      if (!isSamePeer(older.peerNodeId, link.peerNodeId)) continue;
      this.#end(older);
    }
    for (const nodeId of agents.nodeIds) {
      const isFormerKey = isSamePeer(nodeId, link.peerNodeId) && !equalBytes(nodeId, link.peerNodeId);
      if (isFormerKey) agents.forget(nodeId);
    }
    const stop = new AbortController();
    this.#watches.set(link, stop);
    agents.begin(link.peerNodeId);
    void link.closed.then((end) => {
      if (!this.#watches.has(link)) return;
      this.#end(link);
      agents.lost(link.peerNodeId, isForGood(end));
    });
    if (!link.hello.features.includes(PRESENCE_FEATURE)) {
      agents.synced(link.peerNodeId);
      return;
    }
    const isOwn = (nodeId: Uint8Array) => isSamePeer(nodeId, link.peerNodeId);
    const client = createClient(PresenceService, createLinkTransport(link));
    void watchPeer(client, { nodeId: link.peerNodeId, isOwn, agents, log }, stop.signal);
  }

  /** Ends all watches, and begins no more. */
  close(): void {
    this.#isClosed = true;
    for (const link of [...this.#watches.keys()]) this.#end(link);
  }

  #end(link: Link): void {
    this.#watches.get(link)?.abort();
    this.#watches.delete(link);
  }
}

export interface WatchedPeer {
  readonly nodeId: Uint8Array;
  readonly isOwn: (nodeId: Uint8Array) => boolean;
  readonly agents: PeerAgents;
  readonly log: Log;
}

/** Takes what one peer tells until the signal aborts. */
export async function watchPeer(
  client: Client<typeof PresenceService>,
  { nodeId, isOwn, agents, log }: WatchedPeer,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      if (attempt > 0) agents.restart(nodeId);
      for await (const { event } of client.watchPresence({ includeControlPlane: true }, { signal })) {
        if (signal.aborted) return;
        if (event.case === 'agent') await agents.take(nodeId, event.value, isOwn);
        else if (event.case === 'removed') agents.remove(nodeId, event.value.agent);
        else if (event.case === 'synced') agents.synced(nodeId);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ConnectError && error.code === Code.Unimplemented) return;
      log.info('the watch of agents broke off', { error: messageOf(error) });
    }
    await sleep(fullJitter(attempt, pause), undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** Whether nobody expects the peer back at once: it said goodbye, or was silent for longer than any grace. */
function isForGood({ reason }: LinkEnd): boolean {
  return !BREAKS.includes(reason);
}
