/** New keys in a group with a roster, among whole nodes. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PeerState } from '../../../gen/towline/v1/node_pb.ts';
import { type LocalNode, type LocalNodes, localNodes } from '../../fixtures/nodes.ts';
import { newNodeId } from '../../trust/support.ts';

const wait = { timeout: 25_000, interval: 50 };

let nodes: LocalNodes;
let [ann, bob, cat] = [] as unknown as [LocalNode, LocalNode, LocalNode];
beforeAll(async () => {
  nodes = await localNodes();
  [ann, bob, cat] = await Promise.all([nodes.start('ann'), nodes.start('bob'), nodes.start('cat')]);
  await ann.groups.createGroup({ name: 'team' });
  await bob.join(ann, 'team');
  await cat.join(ann, 'team');
  await vi.waitFor(async () => expect((await membersOn(bob)).size).toBe(3), wait);
}, 60_000);
afterAll(() => nodes[Symbol.asyncDispose]());

async function membersOn(node: LocalNode): Promise<Set<string>> {
  const { members } = await node.groups.listMembers({ group: 'team' });
  return new Set(members.map(({ nodeId }) => hex(nodeId)));
}

const hex = (nodeId: Uint8Array) => Buffer.from(nodeId).toString('hex');

/** Everybody lists exactly the keys of now. */
async function allAgree(): Promise<void> {
  const now = new Set([ann, bob, cat].map(({ nodeId }) => hex(nodeId)));
  for (const node of [ann, bob, cat]) expect(await membersOn(node)).toEqual(now);
}

describe('a group with a roster', () => {
  it('follows a member to its new key, and signs it', async () => {
    const { group: before } = await ann.groups.listMembers({ group: 'team' });
    await bob.admin.rotateKey({});
    await vi.waitFor(allAgree, wait);
    const { group: after } = await cat.groups.listMembers({ group: 'team' });
    expect(after?.version).toBeGreaterThan(before?.version ?? 0n);
    expect(after?.problems).toEqual([]);
    const { peers } = await ann.nodes.listPeers({});
    expect(peers.map((peer) => peer.node?.alias).sort()).toEqual(['bob', 'cat']);
  });

  it('follows an owner to its new key, which goes on owning', async () => {
    await ann.admin.rotateKey({});
    await vi.waitFor(allAgree, wait);
    await ann.groups.addMember({ group: 'team', nodeId: newNodeId(), alias: 'dan' });
    await vi.waitFor(async () => expect((await membersOn(cat)).size).toBe(4), wait);
    const { group } = await cat.groups.listMembers({ group: 'team' });
    expect(group?.ownerIds).toEqual([ann.nodeId]);
  });

  it('puts a member with a new key out by its name, like any other', async () => {
    await cat.admin.rotateKey({});
    await vi.waitFor(async () => expect([...(await membersOn(bob))]).toContain(hex(cat.nodeId)), wait);
    await ann.groups.removeMember({ group: 'team', member: 'cat' });
    await vi.waitFor(async () => {
      const { peers } = await bob.nodes.listPeers({});
      expect(peers.filter(({ state }) => state === PeerState.CONNECTED).length).toBe(1);
      expect(peers.map((peer) => peer.node?.alias)).not.toContain('cat');
    }, wait);
    // It is told why, when it dials the owner again.
    await vi.waitFor(async () => {
      const { routes } = await cat.admin.listRoutes({});
      const told = routes.map(({ lastError }) => lastError).join();
      expect(told).toContain('this key is not trusted here: an owner put it out of the group "team"');
    }, wait);
  });
});
