import { create } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { HubSource } from '../../../gen/towline/v1/admin_service_pb.ts';
import { ConfigSchema } from '../../../gen/towline/v1/config_pb.ts';
import { NodeService } from '../../../gen/towline/v1/node_service_pb.ts';
import { openHubChoice } from '../../../src/node/hub/choice.ts';
import { reasonOf } from '../../../src/rpc/failure.ts';
import { openMemoryStore } from '../../../src/store/memory/store.ts';
import { nodeIdKey } from '../../../src/trust/node-id.ts';
import { newNodeId } from '../../trust/support.ts';

/** A choice in a node that trusts desk and nas. */
async function world(store = openMemoryStore()) {
  const identity = { nodeId: newNodeId() };
  const known = [
    { alias: 'desk', nodeId: newNodeId(), groups: ['home'], text: '', role: '' },
    { alias: 'nas', nodeId: newNodeId(), groups: ['home'], text: '', role: '' },
  ];
  const [desk, nas] = known.map(({ nodeId }) => nodeId) as [Uint8Array, Uint8Array];
  const config = create(ConfigSchema);
  const successors = new Map<string, Uint8Array>();
  const open = () =>
    openHubChoice({
      table: store.table('hub'),
      identity,
      keyring: {
        byAlias: (alias) => known.find((entry) => entry.alias === alias),
        byId: (nodeId) => known.find((entry) => nodeIdKey(entry.nodeId) === nodeIdKey(nodeId)),
      },
      config: () => config,
      latestKey: (nodeId) => successors.get(nodeIdKey(nodeId)) ?? nodeId,
      linkTo: () => Promise.reject(new Error('dialed')),
    });
  return { identity, known, desk, nas, config, successors, open, hubs: await open() };
}

describe('the hub of a node', () => {
  it('is the node itself until something else is chosen', async () => {
    const { hubs, identity } = await world();
    expect(hubs.hubOf('channels')).toBeUndefined();
    expect(hubs.hubTransport('channels')).toBeUndefined();
    expect(hubs.hubIds()).toEqual([]);
    expect(hubs.hubForJoiners()).toEqual(identity.nodeId);
    expect(hubs.status().map(({ service, alias, source }) => [service, alias, source])).toEqual(
      ['channels', 'mailboxes', 'state', 'memory', 'skills'].map((service) => [service, 'self', HubSource.NONE]),
    );
  });

  it('is what the first join decided, and no later one, after a restart too', async () => {
    const { hubs, desk, nas, open } = await world();
    await hubs.joined(desk);
    await hubs.joined(nas);
    await hubs.joinedHere();
    for (const choice of [hubs, await open()]) {
      expect(choice.hubOf('state')).toBe('desk');
      expect(choice.hubIds()).toEqual([desk]);
      expect(choice.hubForJoiners()).toEqual(desk);
    }
  });

  it('stays the node itself once others have joined it', async () => {
    const { hubs, desk } = await world();
    await hubs.joinedHere();
    await hubs.joined(desk);
    expect(hubs.hubOf('state')).toBeUndefined();
    expect(hubs.status()[0]?.source).toBe(HubSource.JOIN);
  });

  it('is the node itself if the node that it joined uses it as its hub', async () => {
    const { hubs, identity } = await world();
    await hubs.joined(identity.nodeId);
    expect(hubs.hubOf('mailboxes')).toBeUndefined();
  });

  it('is not one whose key the node does not trust', async () => {
    const { hubs, desk } = await world();
    await hubs.joined(newNodeId());
    expect(hubs.hubOf('channels')).toBeUndefined();
    await hubs.joined(desk);
    expect(hubs.hubOf('channels')).toBe('desk');
  });

  it('is what towline.yaml says, for all services or for one, as soon as the file is read again', async () => {
    const { hubs, desk, nas, config } = await world();
    await hubs.joined(desk);
    config.hub = 'self';
    expect(hubs.hubOf('channels')).toBeUndefined();
    config.hubs = create(ConfigSchema, { hubs: { memory: 'nas', skills: 'desk' } }).hubs;
    expect(hubs.hubOf('memory')).toBe('nas');
    expect(hubs.hubOf('skills')).toBe('desk');
    expect(hubs.hubOf('channels')).toBeUndefined();
    expect(hubs.hubIds()).toEqual([nas, desk]);
  });

  it('follows a hub to its new key', async () => {
    const { hubs, desk, known, successors } = await world();
    await hubs.joined(desk);
    const next = newNodeId();
    successors.set(nodeIdKey(desk), next);
    known[0] = { alias: 'desk', nodeId: next, groups: ['home'], text: '', role: '' };
    expect(hubs.hubOf('channels')).toBe('desk');
    expect(hubs.hubIds()).toEqual([next]);
  });

  it('is never replaced in silence: a name that nobody has, and a hub that lost its trust, fail each call', async () => {
    const { hubs, desk, config, known } = await world();
    const asked = async () =>
      createClient(NodeService, hubs.hubTransport('channels') as NonNullable<ReturnType<typeof hubs.hubTransport>>)
        .getNode({})
        .then(
          () => 'answered',
          (error: unknown) => reasonOf(error),
        );
    config.hub = 'nobody';
    expect(await asked()).toBe('HUB_UNKNOWN');
    config.hub = '';
    await hubs.joined(desk);
    known.splice(0, 1);
    expect(await asked()).toBe('HUB_UNTRUSTED');
    expect(hubs.status()[0]?.problem).toContain('hub: self');
    expect(hubs.hubIds()).toEqual([]);
  });
});
