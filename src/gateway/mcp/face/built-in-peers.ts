/** `towline_peers`: the machines of the mesh. */
import { type Peer, PeerState } from '../../../../gen/towline/v1/node_pb.ts';
import type { BuiltIn } from './built-in-type.ts';
import { replyToFailure } from './call-failure.ts';
import { selfNode } from './names.ts';
import { textResult } from './reply.ts';
import type { MeshView } from './view.ts';

const name = 'towline_peers';

/** More would not help a model; the CLI lists them all. */
const maxPeers = 1_000;

const stateNames: Readonly<Record<PeerState, string>> = {
  [PeerState.UNSPECIFIED]: 'unknown',
  [PeerState.OFFLINE]: 'offline',
  [PeerState.CONNECTING]: 'connecting',
  [PeerState.CONNECTED]: 'connected',
};

export const builtInPeers: BuiltIn = {
  name,
  definition: JSON.stringify({
    name,
    title: 'List the machines of the mesh',
    description:
      'Lists this machine ("self") and its peers: alias, whether each is connected now, and how many tools it offers ' +
      'to you. Use it before you call a tool on a peer, or when such a call failed because the peer is offline.',
    inputSchema: { type: 'object', properties: {}, additionalProperties: false },
    annotations: { readOnlyHint: true, openWorldHint: false },
  }),

  async run(view, call, _callExposed, signal) {
    try {
      await view.catalogue.ready;
      const [own, listed] = await Promise.all([
        view.clients.nodes.getNode({}, { signal }),
        view.clients.nodes.listPeers({ pageSize: maxPeers }, { signal }),
      ]);
      const counts = countTools(view);
      const self = {
        alias: selfNode,
        name: own.node?.displayName,
        state: 'connected',
        tools: counts.get(selfNode) ?? 0,
      };
      return textResult(JSON.stringify({ nodes: [self, ...listed.peers.map((peer) => peerRow(peer, counts))] }));
    } catch (error) {
      return replyToFailure(error, call.name, call.capabilities);
    }
  },
};

function peerRow(peer: Peer, counts: ReadonlyMap<string, number>): Record<string, string | number | undefined> {
  const alias = peer.node?.alias ?? '';
  return {
    alias,
    name: peer.node?.displayName || undefined,
    role: peer.node?.role || undefined,
    state: stateNames[peer.state] ?? 'unknown',
    tools: counts.get(alias) ?? 0,
    lastError: peer.state === PeerState.CONNECTED ? undefined : peer.lastError || undefined,
  };
}

function countTools({ catalogue }: MeshView): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { address } of catalogue.tools.values()) counts.set(address.node, (counts.get(address.node) ?? 0) + 1);
  return counts;
}
