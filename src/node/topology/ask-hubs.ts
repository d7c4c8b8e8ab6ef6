/** Asks other nodes where a peer is that answers at none of the addresses that are known of it. */
import { NodeService } from '../../../gen/towline/v1/node_service_pb.ts';
import { equalBytes } from '../../base/bytes.ts';
import type { Link } from '../../link/link.ts';
import { createClient } from '../../rpc/client.ts';
import { createLinkTransport } from '../../rpc/link-transport.ts';
import { MAX_ADDRESSES, mayBeLearnt } from '../../trust/address.ts';
import { nodeIdKey } from '../../trust/node-id.ts';
import { ASK_AGAIN_MS, ASK_MS, MAX_ASKED } from './limits.ts';

export interface AskHubsParts {
  /** The open links of this node. No other is opened to ask. */
  readonly links: () => readonly Link[];
  /** The keys of this node's hubs: they are asked first. */
  readonly hubs: () => readonly Uint8Array[];
  /** The groups that a key is in here. */
  readonly groupsOf: (nodeId: Uint8Array) => readonly string[];
  /** Keeps what was learnt. */
  readonly learn: (nodeId: Uint8Array, addresses: readonly string[]) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Resolves to addresses that others name, at most 16; to none if nobody knows any, or was asked a moment ago. Never rejects. */
export type Locate = (nodeId: Uint8Array, signal: AbortSignal) => Promise<readonly string[]>;

export function createLocate(parts: AskHubsParts): Locate {
  const { links, hubs, groupsOf, learn, now = Date.now } = parts;
  const askedMs = new Map<string, number>();

  /** Only one question at a time about a peer, and only about few that were asked for lately. */
  function mayAsk(nodeId: Uint8Array): boolean {
    const nowMs = now();
    for (const [key, ms] of askedMs) if (ms <= nowMs - ASK_AGAIN_MS) askedMs.delete(key);
    const key = nodeIdKey(nodeId);
    if (askedMs.has(key)) return false;
    askedMs.set(key, nowMs);
    return true;
  }

  /** Hubs, then those who share a group with the peer: nobody else would say. */
  function whom(nodeId: Uint8Array): Link[] {
    const groups = new Set(groupsOf(nodeId));
    const others = links().filter((link) => link.isUsable && !equalBytes(link.peerNodeId, nodeId));
    const isHub = (link: Link) => hubs().some((hub) => equalBytes(hub, link.peerNodeId));
    const shares = (link: Link) => groupsOf(link.peerNodeId).some((group) => groups.has(group));
    return [...others.filter(isHub), ...others.filter((link) => !isHub(link) && shares(link))].slice(0, MAX_ASKED);
  }

  return async (nodeId, signal) => {
    const asked = whom(nodeId);
    if (asked.length === 0 || !mayAsk(nodeId)) return [];
    const answers = await Promise.allSettled(
      asked.map((link) =>
        createClient(NodeService, createLinkTransport(link)).locatePeer({ nodeId }, { signal, timeoutMs: ASK_MS }),
      ),
    );
    const named = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value.addresses : []));
    const news = [...new Set(named.filter(mayBeLearnt))].slice(0, MAX_ADDRESSES);
    // What cannot be written down can be tried all the same.
    if (news.length > 0) await learn(nodeId, news).catch(() => undefined);
    return news;
  };
}
