/** Two things that a mesh must refuse. */
import { Code, ConnectError } from '@connectrpc/connect';
import { AdminService } from '../../../gen/towline/v1/admin_service_pb.ts';
import { PeerState } from '../../../gen/towline/v1/node_pb.ts';
import { NodeService } from '../../../gen/towline/v1/node_service_pb.ts';
import { ToolService } from '../../../gen/towline/v1/tool_service_pb.ts';
import { parseNodeId } from '../../trust/node-id.ts';
import { problemOf } from '../problem.ts';
import type { Fleet } from './fleet.ts';
import type { MeshNode } from './mesh-node.ts';
import type { Say } from './transcript.ts';
import { eventually, verify } from './verify.ts';
import type { Workspace } from './workspace.ts';

/** A fourth node knows where the archive is, and trusts it; but nobody there trusts the fourth node. */
export async function refuseStranger(fleet: Fleet, workspace: Workspace, archive: MeshNode, say: Say): Promise<void> {
  await using stranger = fleet.start({ name: 'stranger', folder: workspace.folder });
  const { nodeId } = await stranger.ready();
  say(`stranger dials ${archive.name}: ${nodeId}`);
  await stranger.client(AdminService).addTrust({
    nodeId: parseNodeId(archive.about.nodeId),
    alias: archive.name,
    addresses: [...archive.about.addresses],
    dial: true,
  });
  const refusal = await eventually('the stranger is told that it is refused', () => lastError(stranger, archive.name));
  say(`link refused: ${refusal}`);
  const { peers } = await archive.client(NodeService).listPeers({});
  verify(!peers.some(({ node }) => node?.alias === 'stranger'), `${archive.name} does not know the stranger`);
}

/** The lab is trusted by the archive, but in a group that nothing is shared with. */
export async function refuseUnshared(workspace: Workspace, lab: MeshNode, archive: MeshNode, say: Say): Promise<void> {
  const { peers } = await archive.client(NodeService).listPeers({});
  const groups = peers.find(({ node }) => node?.alias === lab.name)?.groups ?? [];
  verify(groups.join() === 'guests', `${lab.name} is trusted, in the group guests alone`);
  say(`${archive.name} trusts ${lab.name} in "guests", and shares its files with "home"`);
  const tool = { node: archive.name, upstream: 'files', name: 'read_text_file' };
  const argumentsJson = JSON.stringify({ path: workspace.notePath });
  const error = await failureOf(lab.client(ToolService).callTool({ tool, argumentsJson }));
  verify(error instanceof ConnectError && error.code === Code.NotFound, 'the tool does not exist for that peer');
  const { reason, message } = problemOf(error);
  say(`call refused: ${message} (${reason})`);
}

async function lastError(node: MeshNode, alias: string): Promise<string | undefined> {
  const { peers } = await node.client(NodeService).listPeers({});
  const peer = peers.find((known) => known.node?.alias === alias);
  verify(peer?.state !== PeerState.CONNECTED, 'a stranger gets no link');
  return peer?.lastError || undefined;
}

/** What a call fails with; its first event, which nobody should get, if it does not fail. */
async function failureOf(events: AsyncIterable<unknown>): Promise<unknown> {
  try {
    for await (const event of events) return event;
    return undefined;
  } catch (error) {
    return error;
  }
}
