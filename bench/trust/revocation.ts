/** A hundred nodes of one group, each with a link to the owner's: how long until a revoked key is out on all of them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@connectrpc/connect';
import { AdminService } from '../../gen/towline/v1/admin_service_pb.ts';
import { GroupService } from '../../gen/towline/v1/group_service_pb.ts';
import { PeerState } from '../../gen/towline/v1/node_pb.ts';
import { type RunningNode, startNode } from '../../src/node/start.ts';
import type { Principal } from '../../src/rpc/principal.ts';
import { type Figure, median } from '../lib/figures.ts';

const nodes = 100;
const rounds = 3;
const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };

export async function revocationFigures(note: (text: string) => void): Promise<Figure[]> {
  note(`joining ${nodes + rounds} nodes to one`);
  const folder = await mkdtemp(join(tmpdir(), 'towline-bench-'));
  const started: RunningNode[] = [];
  const start = async (name: string) => {
    const node = await startNode({ home: join(folder, name), name, listen: { host: '127.0.0.1', port: 0 } });
    started.push(node);
    return node;
  };
  try {
    const hub = await start('hub');
    await groups(hub).createGroup({ name: 'team' });
    const members: RunningNode[] = [];
    const victims: string[] = [];
    for (let n = 0; n < nodes + rounds; n++) {
      const name = n < nodes ? `n${n}` : `victim${n - nodes}`;
      const node = await start(name);
      const { invite } = await admin(hub).createInvite({ group: 'team' });
      await admin(node).join({ invite });
      if (n < nodes) members.push(node);
      else victims.push(name);
    }
    const spreadMs: number[] = [];
    for (const victim of victims) {
      await Promise.all(members.map((node) => untilLinked(node, victim)));
      const gone = Promise.all(members.map((node) => untilGone(node, victim)));
      const signed = performance.now();
      await groups(hub).removeMember({ group: 'team', member: victim });
      await gone;
      spreadMs.push(performance.now() - signed);
      note(`${victim} was out everywhere after ${Math.round(spreadMs.at(-1) ?? 0)} ms`);
    }
    return [{ name: 'revocation_100_nodes_ms', value: median(spreadMs), unit: 'ms', target: 2_000, better: 'lower' }];
  } finally {
    await Promise.all(started.map((node) => node.stop()));
    await rm(folder, { recursive: true, force: true });
  }
}

function admin(node: RunningNode) {
  return createClient(AdminService, node.clients(owner).transport);
}

function groups(node: RunningNode) {
  return createClient(GroupService, node.clients(owner).transport);
}

/** The node has a link to the owner's, and knows the victim. */
async function untilLinked(node: RunningNode, victim: string): Promise<void> {
  const seen = new Set<string>();
  for await (const { event } of node.clients(owner).nodes.watchPeers({})) {
    if (event.case !== 'peer') continue;
    const alias = event.value.node?.alias ?? '';
    if (alias === victim || (alias === 'hub' && event.value.state === PeerState.CONNECTED)) seen.add(alias);
    if (seen.size === 2) return;
  }
}

async function untilGone(node: RunningNode, victim: string): Promise<void> {
  for await (const { event } of node.clients(owner).nodes.watchPeers({})) {
    if (event.case === 'removedAlias' && event.value === victim) return;
  }
}
