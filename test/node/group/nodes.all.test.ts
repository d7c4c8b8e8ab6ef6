/** Whole nodes in this process, over real sockets. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@connectrpc/connect';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AdminService } from '../../../gen/towline/v1/admin_service_pb.ts';
import { GroupService } from '../../../gen/towline/v1/group_service_pb.ts';
import { NodeService } from '../../../gen/towline/v1/node_service_pb.ts';
import { type RunningNode, startNode } from '../../../src/node/start.ts';
import { reasonOf } from '../../../src/rpc/failure.ts';
import type { Principal } from '../../../src/rpc/principal.ts';
import { formatNodeId, parseNodeId } from '../../../src/trust/node-id.ts';
import { newNodeId } from '../../trust/support.ts';

const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };
const wait = { timeout: 20_000, interval: 50 };

class Node {
  readonly running: RunningNode;
  readonly admin: Client<typeof AdminService>;
  readonly groups: Client<typeof GroupService>;
  readonly nodes: Client<typeof NodeService>;

  constructor(running: RunningNode) {
    this.running = running;
    const { transport } = running.clients(owner);
    this.admin = createClient(AdminService, transport);
    this.groups = createClient(GroupService, transport);
    this.nodes = createClient(NodeService, transport);
  }

  static async start(name: string, home: string): Promise<Node> {
    return new Node(await startNode({ home, name, listen: { host: '127.0.0.1', port: 0 } }));
  }

  get nodeId(): Uint8Array {
    return parseNodeId(this.running.nodeIdText);
  }

  async peers(): Promise<string[]> {
    const { peers } = await this.nodes.listPeers({});
    return peers.map(({ node }) => node?.alias ?? '').sort();
  }

  async group(name = 'team') {
    return (await this.groups.listMembers({ group: name })).group;
  }
}

async function reason(call: Promise<unknown>): Promise<string | undefined> {
  return call.then(
    () => 'it worked',
    (error: unknown) => reasonOf(error),
  );
}

const started: Node[] = [];
let [ann, bob, cat]: Node[] = [];
const node = (one: Node | undefined): Node => {
  if (!one) throw new Error('three nodes were started');
  return one;
};

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towline-test-'));
  for (const name of ['ann', 'bob', 'cat']) started.push(await Node.start(name, join(folder, name)));
  [ann, bob, cat] = started;
  await node(ann).groups.createGroup({ name: 'team' });
  const { invite } = await node(ann).admin.createInvite({ group: 'team' });
  await node(bob).admin.join({ invite });
}, 60_000);
afterAll(async () => {
  await Promise.all(started.map(({ running }) => running.stop()));
  await rm(folder, { recursive: true, force: true });
});

describe('a group among nodes', () => {
  it('refuses what would give trust beside the roster', async () => {
    const { admin } = node(bob);
    const { nodeId } = node(cat);
    expect(await reason(admin.addTrust({ nodeId, alias: 'cat', group: 'team' }))).toBe('GROUP_HAS_ROSTER');
    expect(await reason(admin.createInvite({ group: 'team' }))).toBe('NOT_GROUP_OWNER');
    expect(await reason(admin.removeTrust({ peer: 'ann' }))).toBe('PEER_IN_ROSTER');
    expect(await reason(node(bob).groups.addMember({ group: 'team', nodeId, alias: 'cat' }))).toBe('NOT_GROUP_OWNER');
    expect(await reason(node(ann).groups.createGroup({ name: 'team' }))).toBe('GROUP_EXISTS');
    expect(await reason(node(ann).groups.listMembers({ group: 'none' }))).toBe('GROUP_UNKNOWN');
  });

  it('does not let an invite of the time before the roster in', async () => {
    const { invite } = await node(ann).admin.createInvite({ group: 'later' });
    await node(ann).groups.createGroup({ name: 'later' });
    expect(await reason(node(cat).admin.join({ invite }))).toBe('INVITE_INVALID');
    expect(await node(cat).peers()).toEqual([]);
  });

  it('does not use an invite up for an alias of another member', async () => {
    const { invite } = await node(ann).admin.createInvite({ group: 'team' });
    expect(await reason(node(cat).admin.join({ invite, proposedAlias: 'bob' }))).toBe('ALIAS_TAKEN');
    await node(cat).admin.join({ invite });
    await vi.waitFor(async () => expect(await node(bob).peers()).toEqual(['ann', 'cat']), wait);
    expect(await node(cat).peers()).toEqual(['ann', 'bob']);
  });

  it('survives an owner who leaves to another one', async () => {
    expect(await reason(node(ann).groups.leaveGroup({ group: 'team' }))).toBe('GROUP_OWNER_STAYS');
    expect(await reason(node(ann).groups.removeOwner({ group: 'team', member: 'ann' }))).toBe('LAST_OWNER');
    await node(ann).groups.addOwner({ group: 'team', member: 'bob' });
    await node(ann).groups.removeOwner({ group: 'team', member: 'ann' });
    await vi.waitFor(async () => expect((await node(bob).group())?.ownerIds[0]).toEqual(node(bob).nodeId), wait);
    await node(bob).groups.removeOwner({ group: 'team', member: 'ann' });
    await vi.waitFor(async () => expect((await node(ann).group())?.isOwner).toBe(false), wait);
    expect(await node(ann).groups.leaveGroup({ group: 'team' })).toMatchObject({ resigned: true });
    await vi.waitFor(async () => expect(await node(cat).peers()).toEqual(['bob']), wait);
    expect(await node(ann).peers()).toEqual([]);
  });

  it('is joined without an invite by a node that an owner added', async () => {
    const address = node(bob).running.addresses[0] ?? '';
    await node(bob).groups.addMember({ group: 'team', nodeId: node(ann).nodeId, alias: 'ann' });
    const trust = { nodeId: node(bob).nodeId, alias: 'bob', group: 'home', addresses: [address] };
    await node(ann).admin.addTrust(trust);
    await node(ann).groups.joinGroup({ peer: 'bob', group: 'team', name: 'work' });
    expect(await node(ann).group('work')).toMatchObject({ name: 'work', rosterName: 'team', memberCount: 3 });
    expect(await node(ann).peers()).toEqual(['bob', 'cat']);
    // Cat takes no link from Ann before it has heard of her.
    await vi.waitFor(async () => expect(await node(cat).peers()).toEqual(['ann', 'bob']), wait);
    expect(await reason(node(ann).groups.joinGroup({ peer: 'cat', group: 'team' }))).toBe('NOT_GROUP_OWNER');
  });

  it('of a thousand members, whom the founder knew, is joined like any other', async () => {
    const home = join(folder, 'big');
    await mkdir(join(home, 'trust'), { recursive: true, mode: 0o700 });
    const lines = Array.from({ length: 1_000 }, (_, n) => `${formatNodeId(newNodeId())} m${n}\n`);
    await writeFile(join(home, 'trust', 'big.keys'), lines.join(''), { mode: 0o600 });
    const big = await Node.start('big', home);
    started.push(big);
    await big.groups.createGroup({ name: 'big' });
    const { invite } = await big.admin.createInvite({ group: 'big' });
    await node(ann).admin.join({ invite });
    expect(await node(ann).group('big')).toMatchObject({ memberCount: 1_002 });
  });

  it('does not keep a node from ending: no watch of rosters is waited for', async () => {
    await vi.waitFor(async () => expect((await node(cat).admin.getStatus({})).linkCount).toBeGreaterThan(0), wait);
    const started = performance.now();
    await node(cat).running.stop();
    // A link that waits for its calls does so for 30 s.
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
