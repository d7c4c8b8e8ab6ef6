/** The nodes of the demo, and how they come to know each other. */
import { AdminService } from '../../../gen/towline/v1/admin_service_pb.ts';
import { PeerState } from '../../../gen/towline/v1/node_pb.ts';
import { NodeService } from '../../../gen/towline/v1/node_service_pb.ts';
import type { Fleet } from './fleet.ts';
import type { MeshNode } from './mesh-node.ts';
import type { Say } from './transcript.ts';
import { eventually, verify } from './verify.ts';
import type { Workspace } from './workspace.ts';

/** Where the agent works, where an MCP server with every feature runs, and where the files are. */
export interface Mesh {
  readonly laptop: MeshNode;
  readonly lab: MeshNode;
  readonly archive: MeshNode;
}

/** Starts the three at the same time. */
export async function startMesh(fleet: Fleet, workspace: Workspace, say: Say): Promise<Mesh> {
  const { folder, everythingFile, filesFile } = workspace;
  const start = (name: string, offer: { mcpFile?: string; share?: string } = {}) =>
    fleet.start({ name, folder, ...offer });
  const laptop = start('laptop');
  const lab = start('lab', { mcpFile: everythingFile, share: 'home' });
  const archive = start('archive', { mcpFile: filesFile, share: 'home' });
  for (const node of [laptop, lab, archive]) {
    const { addresses, nodeId, pid } = await node.ready();
    say(`${node.name.padEnd(8)} process ${pid}, ${addresses[0] ?? ''}, ${nodeId}`);
  }
  return { laptop, lab, archive };
}

/** An invite of `inviter` for `joiner`, into a group; what each calls the other is their name. */
export async function meet(inviter: MeshNode, joiner: MeshNode, group: string, say: Say): Promise<void> {
  const { invite } = await inviter.client(AdminService).createInvite({ group, alias: joiner.name });
  const { peer, ownAlias } = await joiner.client(AdminService).join({ invite, alias: inviter.name });
  verify(ownAlias === joiner.name, `${inviter.name} calls the joiner ${joiner.name}`);
  verify(peer?.node?.alias === inviter.name, `${joiner.name} calls the inviter ${inviter.name}`);
  say(`${inviter.name}: towline invite --group ${group}  →  ${joiner.name}: towline join ${invite.slice(0, 24)}…`);
  await eventually(`${joiner.name} has a link to ${inviter.name}`, () => connectedPeer(joiner, inviter.name));
}

/** The alias, once there is a link to it. */
async function connectedPeer(node: MeshNode, alias: string): Promise<string | undefined> {
  const { peers } = await node.client(NodeService).listPeers({});
  const connected = peers.some((peer) => peer.node?.alias === alias && peer.state === PeerState.CONNECTED);
  return connected ? alias : undefined;
}
