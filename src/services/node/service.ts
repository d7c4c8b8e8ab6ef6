/** NodeService: who this node is and whom it knows. */
import { create } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import type { Agent, Node, Peer } from '../../../gen/towline/v1/node_pb.ts';
import {
  GetNodeResponseSchema,
  ListAgentsResponseSchema,
  ListPeersResponseSchema,
  type NodeService,
  type WatchPeersResponse,
  WatchPeersResponseSchema,
} from '../../../gen/towline/v1/node_service_pb.ts';
import type { Broadcast } from '../../base/broadcast.ts';
import { page } from '../../rpc/page.ts';

/** What the service needs of the node. */
export interface NodeView {
  self(): Node;
  /** All trusted peers, in any order. */
  peers(): Peer[];
  peer(alias: string): Peer | undefined;
  agents(): Agent[];
  /** Aliases of peers that changed, came or went. */
  readonly peerChanges: Broadcast<string>;
}

export function createNodeService(view: NodeView): ServiceImpl<typeof NodeService> {
  return {
    getNode: () => create(GetNodeResponseSchema, { node: view.self() }),
    listPeers: (request) => {
      const { items, nextPageToken } = page(view.peers(), (peer) => peer.node?.alias ?? '', request);
      return create(ListPeersResponseSchema, { peers: items, nextPageToken });
    },
    watchPeers: (_request, context) => watchPeers(view, context.signal),
    listAgents: (request) => {
      const { items, nextPageToken } = page(view.agents(), (agent) => agent.name, request);
      return create(ListAgentsResponseSchema, { agents: items, nextPageToken });
    },
  };
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
