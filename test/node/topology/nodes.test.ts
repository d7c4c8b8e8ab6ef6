/** How nodes find each other, among whole nodes. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { KeepReason, type Route, RouteKind } from '../../../gen/towline/v1/admin_service_pb.ts';
import { PeerState } from '../../../gen/towline/v1/node_pb.ts';
import { reasonOf } from '../../../src/rpc/failure.ts';
import { type LocalNode, type LocalNodes, localNodes } from '../../fixtures/nodes.ts';
import { newNodeId } from '../../trust/support.ts';

const wait = { timeout: 20_000, interval: 30 };

let nodes: LocalNodes;
let [ann, bob, cat] = [] as unknown as [LocalNode, LocalNode, LocalNode];

/** Bob and cat each joined ann; they know each other's key and no address. */
beforeAll(async () => {
  nodes = await localNodes();
  [ann, bob, cat] = await Promise.all([nodes.start('ann'), nodes.start('bob'), nodes.start('cat')]);
  await bob.join(ann);
  await cat.join(ann);
  await bob.admin.addTrust({ nodeId: cat.nodeId, alias: 'cat' });
  await cat.admin.addTrust({ nodeId: bob.nodeId, alias: 'bob' });
}, 60_000);
afterAll(() => nodes[Symbol.asyncDispose]());

async function routes(node: LocalNode): Promise<Record<string, Route>> {
  const { routes: all } = await node.admin.listRoutes({});
  return Object.fromEntries(all.map((route) => [route.alias, route]));
}

async function stateOf(node: LocalNode, alias: string): Promise<PeerState | undefined> {
  const { peers } = await node.nodes.listPeers({});
  return peers.find((peer) => peer.node?.alias === alias)?.state;
}

describe('a node', () => {
  it('says how it would reach each peer, and why', async () => {
    await vi.waitFor(async () => expect((await routes(bob))['ann']?.kind).toBe(RouteKind.LINKED), wait);
    const { ann: toAnn, cat: toCat } = await routes(bob);
    expect(toAnn).toMatchObject({ carrier: 'tls', dialed: true, keepReasons: [KeepReason.MARKED, KeepReason.HUB] });
    expect(toAnn?.addresses[0]?.successTime).toBeDefined();
    expect(toCat).toMatchObject({ kind: RouteKind.RELAY, addresses: [], relayAliases: ['ann'], keepReasons: [] });
  });

  it('asks its hub for addresses when it knows none that answers, and dials the peer there', async () => {
    await bob.admin.addTrust({ nodeId: cat.nodeId, alias: 'cat', dial: true });
    await vi.waitFor(async () => {
      const { cat: toCat } = await routes(bob);
      expect(toCat).toMatchObject({ kind: RouteKind.LINKED, carrier: 'tls', relayAlias: '', dialed: true });
    }, wait);
    const { links } = await bob.admin.listLinks({ peer: 'cat' });
    expect(links.map(({ carrier }) => carrier)).toEqual(['tls']);
  });

  it('is told nothing of keys that share no group with it, or that nobody knows: the answers are alike', async () => {
    const nodeId = newNodeId();
    await ann.admin.addTrust({ nodeId, alias: 'lab', group: 'lab', addresses: ['10.9.9.9:7433'] });
    const { createClient } = await import('@connectrpc/connect');
    const { NodeService } = await import('../../../gen/towline/v1/node_service_pb.ts');
    const asPeer = (groups: string[]) =>
      createClient(
        NodeService,
        ann.running.clients({ kind: 'peer', name: 'bob', groups: new Set(groups), nodeId: bob.nodeId }).transport,
      );
    const answer = (groups: string[], asked: Uint8Array) =>
      asPeer(groups)
        .locatePeer({ nodeId: asked })
        .then(
          ({ addresses }) => addresses,
          (error: unknown) => [reasonOf(error), String(error)],
        );
    expect(await answer(['lab'], nodeId)).toEqual(['10.9.9.9:7433']);
    expect(await answer(['home'], nodeId)).toEqual(await answer(['home'], newNodeId()));
    expect((await answer(['home'], nodeId))[0]).toBe('PEER_UNKNOWN');
  });

  it('that is an orchestrator dials everybody in its groups, as soon as it is told to be one', async () => {
    expect(await stateOf(ann, 'bob')).toBeDefined();
    await writeFile(join(cat.home, 'towline.yaml'), 'role: orchestrator\n');
    await cat.admin.reload({});
    await vi.waitFor(async () => expect(await stateOf(cat, 'bob')).toBe(PeerState.CONNECTED), wait);
    expect((await routes(cat))['bob']?.keepReasons).toContain(KeepReason.ORCHESTRATOR);
  });
});
