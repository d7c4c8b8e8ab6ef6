/** `towline_peers`: the machines of the mesh, and who works on them. */
import { type Peer, PeerState } from '../../../../gen/towline/v1/node_pb.ts';
import { agentRow } from './agent-rows.ts';
import type { BuiltIn } from './built-in-type.ts';
import { replyToFailure } from './call-failure.ts';
import { selfNode } from './names.ts';
import { textResult } from './reply.ts';
import type { MeshView } from './view.ts';

const name = 'towline_peers';

/** More would not help a model; the CLI lists them all. */
const maxPeers = 1_000;
const maxAgents = 1_000;

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
    title: 'List the machines and agents of the mesh',
    description:
      'Lists this machine ("self") and its peers: alias, whether each is connected now, how many tools it offers to ' +
      'you, and the agents who work there, with what they do. Use it before you call a tool on a peer, when such a call ' +
      'failed because the peer is offline, or to find whom to ask.',
    inputSchema: { type: 'object', properties: {}, additionalProperties: false },
    annotations: { readOnlyHint: true, openWorldHint: false },
  }),

  async run(view, call, _callExposed, { signal }) {
    try {
      await view.catalogue.ready;
      const [own, listed, present] = await Promise.all([
        view.clients.nodes.getNode({}, { signal }),
        view.clients.nodes.listPeers({ pageSize: maxPeers }, { signal }),
        view.clients.presence.listPresence({ pageSize: maxAgents }, { signal }),
      ]);
      const agents = Map.groupBy(present.agents, ({ alias }) => alias);
      const counts = countTools(view);
      const self = {
        alias: selfNode,
        name: own.node?.displayName,
        state: 'connected',
        tools: counts.get(selfNode) ?? 0,
        agents: agents.get(selfNode)?.map(agentRow),
      };
      const peers = listed.peers.map((peer) => ({
        ...peerRow(peer, counts),
        agents: agents.get(peer.node?.alias ?? '')?.map(agentRow),
      }));
      return textResult(JSON.stringify({ nodes: [self, ...peers] }));
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
