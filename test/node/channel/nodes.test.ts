// Channels among whole nodes: one is the hub of the other two.
import { createClient } from '@connectrpc/connect';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChannelService } from '../../../gen/towline/v1/channel_service_pb.ts';
import { newRequestId } from '../../../src/base/request-id.ts';
import { type LocalNode, type LocalNodes, localNodes } from '../../fixtures/nodes.ts';
import { agent, owner, Reading } from '../../services/channel/hub.ts';

let nodes: LocalNodes;
let [hub, ann, bob]: LocalNode[] = [];

const as = (node: LocalNode | undefined, principal = owner) => {
  if (!node) throw new Error('three nodes were started');
  return createClient(ChannelService, node.running.clients(principal).transport);
};

beforeAll(async () => {
  nodes = await localNodes();
  [hub, ann, bob] = [await nodes.start('hub'), await nodes.start('ann'), await nodes.start('bob')];
  for (const node of [ann, bob]) await node.join(hub, 'home');
}, 60_000);
afterAll(() => nodes[Symbol.asyncDispose]());

describe('a channel of another node', () => {
  it('is used by the agents of each node in their own names', async () => {
    await as(ann, agent('claude')).createChannel({ name: 'dev', groups: ['home'] });
    await as(bob).joinChannel({ channel: 'dev' });
    const reading = new Reading(as(bob).subscribeChannel({ channel: 'dev' }));
    await reading.caughtUp();
    await as(ann, agent('claude')).sendToChannel({ channel: 'dev', text: 'hello' });
    const message = await reading.message();
    expect(message).toMatchObject({
      text: 'hello',
      sender: { agent: 'claude', nodeId: ann?.nodeId },
      senderAlias: 'ann',
    });
    const { channel } = await as(hub).getChannel({ channel: 'dev' });
    expect(channel?.members.map(({ alias, agent: ref }) => `${ref?.agent}@${alias}`)).toEqual([
      'owner@bob',
      'claude@ann',
    ]);
  });

  it('is not there on a node that has another hub, for anybody but its own people', async () => {
    expect((await as(ann).listChannels({})).channels.map((one) => one.channel?.name)).toEqual(['dev']);
    const program = { kind: 'program', name: 'ci', groups: new Set(['home']), tokenId: 'x' } as const;
    expect((await as(ann, program).listChannels({})).channels).toEqual([]);
    expect((await as(hub, program).listChannels({})).channels).toHaveLength(1);
  });

  it('carries what is live both ways', async () => {
    async function* voice() {
      yield {
        kind: { case: 'open', value: { channel: 'dev', source: { kind: 'voice', format: 'audio/opus' } } },
      } as const;
      for (const word of ['one', 'two']) yield { kind: { case: 'chunk', value: Buffer.from(word) } } as const;
    }
    async function* ears() {
      yield { kind: { case: 'open', value: { channel: 'dev' } } } as const;
      await new Promise(() => undefined);
    }
    const listening = as(bob).streamChannel(ears())[Symbol.asyncIterator]();
    const heard = async () => (await listening.next()).value?.event;
    expect(await heard()).toMatchObject({ case: 'opened' });
    const speaking = as(ann, agent('claude')).streamChannel(voice())[Symbol.asyncIterator]();
    expect((await speaking.next()).value?.event.case).toBe('opened');
    expect(await heard()).toMatchObject({
      case: 'started',
      value: { sender: { agent: 'claude' }, source: { kind: 'voice' } },
    });
    expect(await heard()).toMatchObject({
      case: 'chunk',
      value: { sequence: 1n, data: new Uint8Array(Buffer.from('one')) },
    });
    expect(await heard()).toMatchObject({ case: 'chunk', value: { sequence: 2n } });
    expect(await heard()).toMatchObject({ case: 'ended' });
    await speaking.return?.();
    await listening.return?.();
  });

  it('keeps its members and its maker when nodes change their keys, the hub as well', async () => {
    if (!hub || !ann) throw new Error('three nodes were started');
    const maker = agent('claude');
    const requestId = newRequestId();
    const first = await as(ann, maker).sendToChannel({ channel: 'dev', text: 'once', requestId });
    const before = ann.nodeId;
    await ann.admin.rotateKey({});
    await hub.admin.rotateKey({});
    expect(ann.nodeId).not.toEqual(before);
    // The answer was lost, as far as the sender knows: it asks again, with another key.
    expect(await as(ann, maker).sendToChannel({ channel: 'dev', text: 'once', requestId })).toEqual(first);
    const reading = new Reading(as(ann, maker).subscribeChannel({ channel: 'dev' }));
    expect((await reading.caughtUp()).filter((text) => text === 'once')).toHaveLength(1);
    await as(bob).sendToChannel({ channel: 'dev', text: 'still there?' });
    expect(await reading.texts(1)).toEqual(['still there?']);
    await reading.stop();
    const { members } = await as(bob).listChannelMembers({ channel: 'dev' });
    expect(members.map(({ alias, agent: ref }) => [alias, ref?.nodeId])).toEqual([
      ['ann', ann.nodeId],
      ['bob', bob?.nodeId],
    ]);
    await as(ann, maker).deleteChannel({ channel: 'dev' });
    expect((await as(bob).listChannels({})).channels).toEqual([]);
  });
});
