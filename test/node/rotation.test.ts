// How a node follows peers that change their keys, and whom it refuses.
import { createClient } from '@connectrpc/connect';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { NodeService } from '../../gen/towline/v1/node_service_pb.ts';
import type { Rotation } from '../../gen/towline/v1/rotation_pb.ts';
import { RotationService } from '../../gen/towline/v1/rotation_service_pb.ts';
import { reasonOf } from '../../src/rpc/failure.ts';
import { createRotation } from '../../src/trust/rotation.ts';
import { type TestNode, testNode } from '../link/support.ts';
import { Doors, httpDoors, owner } from './doors.ts';

let doors: Doors;
beforeAll(async () => {
  doors = await Doors.open();
});
afterAll(() => doors[Symbol.asyncDispose]());

/** As somebody whom the node does not know. */
async function announce(...rotations: Rotation[]): Promise<string | undefined> {
  const transport = await httpDoors['Connect']?.(doors.node.url, {});
  if (!transport) throw new Error('no door');
  return createClient(RotationService, transport)
    .announce({ rotations })
    .then(() => 'ok', reasonOf);
}

const peers = async () => (await doors.node.clients(owner).nodes.listPeers({ pageSize: 1000 })).peers;
const keyOf = async (alias: string) => (await peers()).find(({ node }) => node?.alias === alias)?.node?.nodeId;
const link = (key: TestNode) => doors.linkOf({ key });
const linkReason = (key: TestNode) =>
  link(key).then(
    () => 'ok',
    (error: { reason?: string }) => error.reason,
  );

describe('a node that hears of a new key of a peer', () => {
  it('trusts it under the same alias and groups, and both until the grace is over', async () => {
    const { key: old } = await doors.peer('anna');
    const next = testNode();
    const open = await link(old);
    expect(await announce(createRotation(old, next))).toBe('ok');
    expect(await keyOf('anna')).toEqual(next.nodeId);
    expect((await peers()).find(({ node }) => node?.alias === 'anna')?.groups).toEqual(['home']);
    await createClient(NodeService, open).getNode({}); // the link of before goes on
    expect(await linkReason(old)).toBe('ok');
    expect(await linkReason(next)).toBe('ok');
    expect(await announce(createRotation(old, next))).toBe('ok'); // told again
  });

  it('cuts the old key off when the grace is over, links and all, and follows it nowhere', async () => {
    const { key: old } = await doors.peer('carl');
    const next = testNode();
    const open = await link(old);
    expect(await announce(createRotation(old, next, 3_000))).toBe('ok');
    await createClient(NodeService, open).getNode({});
    await vi.waitFor(async () => expect(await linkReason(old)).toBe('LINK_UNTRUSTED'), {
      timeout: 20_000,
      interval: 200,
    });
    await expect(createClient(NodeService, open).getNode({})).rejects.toThrow();
    expect(await announce(createRotation(old, testNode()))).toBe('ROTATION_REFUSED');
    expect(await keyOf('carl')).toEqual(next.nodeId);
    expect(await linkReason(next)).toBe('ok');
  });

  it('believes the first successor of a key and no other, even during the grace', async () => {
    const { key: old } = await doors.peer('dora');
    const [next, thief] = [testNode(), testNode()];
    expect(await announce(createRotation(old, next))).toBe('ok');
    expect(await announce(createRotation(old, thief))).toBe('ROTATION_REFUSED');
    expect(await linkReason(thief)).toBe('LINK_UNTRUSTED');
  });

  it('follows over several keys at once', async () => {
    const { key: first } = await doors.peer('emil');
    const [second, third] = [testNode(), testNode()];
    expect(await announce(createRotation(first, second), createRotation(second, third))).toBe('ok');
    expect(await keyOf('emil')).toEqual(third.nodeId);
    expect(await linkReason(third)).toBe('ok');
  });

  it('tells strangers the same whether it does not know the key, or a signature is wrong', async () => {
    const { key: known } = await doors.peer('frida');
    const [unknown, next, thief] = [testNode(), testNode(), testNode()];
    expect(await announce(createRotation(unknown, next))).toBe('ROTATION_REFUSED');
    const forged = { ...createRotation(known, next), oldSignature: createRotation(thief, next).oldSignature };
    expect(await announce(forged)).toBe('ROTATION_REFUSED');
    expect(await keyOf('frida')).toEqual(known.nodeId);
  });

  it('gives nobody a second alias', async () => {
    const [{ key: old }, { key: other }] = [await doors.peer('gina'), await doors.peer('hugo')];
    expect(await announce(createRotation(old, other))).toBe('ROTATION_REFUSED');
    expect(await keyOf('gina')).toEqual(old.nodeId);
  });

  it('says what became of its own old keys, and nothing of others', async () => {
    const { client, before } = { client: doors.node.clients(owner), before: doors.node.nodeIdText };
    const oldId = (await client.nodes.getNode({})).node?.nodeId ?? new Uint8Array();
    await doors.admin.rotateKey({ graceSeconds: 60 });
    expect(doors.node.nodeIdText).not.toBe(before);
    const rotation = createClient(RotationService, client.transport);
    expect((await rotation.getSuccessor({ nodeId: oldId })).rotations).toHaveLength(1);
    await expect(rotation.getSuccessor({ nodeId: testNode().nodeId }).catch(reasonOf)).resolves.toBe(
      'ROTATION_UNKNOWN',
    );
  });
});
