/** NodeService: who this node is and whom it knows. */
import { create } from '@bufbuild/protobuf';
import { Code, type ServiceImpl } from '@connectrpc/connect';
import type { Agent, Node, Peer } from '../../../gen/towline/v1/node_pb.ts';
import {
  GetNodeResponseSchema,
  ListAgentsResponseSchema,
  ListPeersResponseSchema,
  LocatePeerResponseSchema,
  type NodeService,
  type WatchPeersResponse,
  WatchPeersResponseSchema,
} from '../../../gen/towline/v1/node_service_pb.ts';
import type { Broadcast } from '../../base/broadcast.ts';
import { failure } from '../../rpc/failure.ts';
import { page } from '../../rpc/page.ts';
import { type Principal, principalKey } from '../../rpc/principal.ts';

/** What the service needs of the node. */
export interface NodeView {
  self(): Node;
  /** All trusted peers, in any order. */
  peers(): Peer[];
  peer(alias: string): Peer | undefined;
  agents(): Agent[];
  /** The groups of a key and where it may be; nothing for one that is not trusted. */
  whereabouts(nodeId: Uint8Array): Whereabouts | undefined;
  /** Aliases of peers that changed, came or went. */
  readonly peerChanges: Broadcast<string>;
}

export interface Whereabouts {
  readonly groups: readonly string[];
  /** The best first, at most 16. */
  readonly addresses: readonly string[];
}

export function createNodeService(view: NodeView): ServiceImpl<typeof NodeService> {
  return {
    getNode: () => create(GetNodeResponseSchema, { node: view.self() }),
    listPeers: (request) => {
      const { items, nextPageToken } = page(view.peers(), (peer) => peer.node?.alias ?? '', request);
      return create(ListPeersResponseSchema, { peers: items, nextPageToken });
    },
    watchPeers: (_request, context) => watchPeers(view, context.signal),
    locatePeer: ({ nodeId }, context) => {
      const found = view.whereabouts(nodeId);
      if (!found || !mayMeet(context.values.get(principalKey), found)) throw peerUnknown();
      return create(LocatePeerResponseSchema, { addresses: [...found.addresses] });
    },
    listAgents: (request) => {
      const { items, nextPageToken } = page(view.agents(), (agent) => agent.name, request);
      return create(ListAgentsResponseSchema, { agents: items, nextPageToken });
    },
  };
}

/** This node's own people may know all peers; others those who share a group with them here. */
function mayMeet({ kind, groups }: Principal, found: Whereabouts): boolean {
  return kind === 'owner' || kind === 'agent' || found.groups.some((group) => groups.has(group));
}

function peerUnknown() {
  return failure(Code.NotFound, 'PEER_UNKNOWN', 'this node knows no such peer that shares a group with you', {
    permanent: true,
    help: 'both keys must be in one group of the node that is asked: `towline trust add --group GROUP` there',
  });
}

async function* watchPeers(view: NodeView, signal: AbortSignal): AsyncGenerator<WatchPeersResponse> {
  const changes = view.peerChanges.watch(signal);
  for (const peer of view.peers()) yield create(WatchPeersResponseSchema, { event: { case: 'peer', value: peer } });
  for await (const alias of changes) {
    const peer = view.peer(alias);
    yield create(WatchPeersResponseSchema, {
      event: peer ? { case: 'peer', value: peer } : { case: 'removedAlias', value: alias },
    });
  }
}
