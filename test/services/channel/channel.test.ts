import { create, toJson } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { MessageType, SystemEvent } from '../../../gen/towline/v1/channel_pb.ts';
import { ReadChannelResponseSchema } from '../../../gen/towline/v1/channel_service_pb.ts';
import { equalBytes } from '../../../src/base/bytes.ts';
import { newRequestId } from '../../../src/base/request-id.ts';
import type { Successions } from '../../../src/trust/roster/successions.ts';
import { newNodeId } from '../../trust/support.ts';
import { agent, owner, peer, Reading, reason, startHub } from './hub.ts';

const channel = 'dev';

describe('a channel', () => {
  it('has one order for everybody, from its founding on', async () => {
    const hub = await startHub();
    const ann = hub.as(agent('ann'));
    await ann.createChannel({ name: channel, title: 'Work', displayName: 'Ann' });
    expect(await hub.as(agent('bob')).joinChannel({ channel })).toMatchObject({ joined: true });
    const sends = Array.from({ length: 20 }, (_, at) =>
      hub.as(agent(at % 2 ? 'ann' : 'bob')).sendToChannel({ channel, text: `${at}` }),
    );
    const cursors = (await Promise.all(sends)).map(({ cursor }) => Number(cursor));
    expect(cursors).toEqual(Array.from({ length: 20 }, (_, at) => at + 3));
    const { messages, hasMore, lastCursor } = await ann.readChannel({ channel });
    expect(messages.map(({ text }) => text)).toEqual([
      'Ann made the channel',
      'bob@hub joined',
      ...cursors.map((_, at) => `${at}`),
    ]);
    expect([hasMore, lastCursor]).toEqual([false, 22n]);
    expect(messages[0]).toMatchObject({
      type: MessageType.SYSTEM,
      systemEvent: SystemEvent.CREATED,
      senderName: 'Ann',
    });
    expect(messages[2]).toMatchObject({
      type: MessageType.TEXT,
      senderAlias: 'hub',
      sender: { agent: 'bob', nodeId: hub.nodeId },
    });
    expect(toJson(ReadChannelResponseSchema, create(ReadChannelResponseSchema, { messages }))).toBeDefined();
  });

  it('keeps answers, mentions, kinds and references to blobs', async () => {
    const hub = await startHub();
    const ann = hub.as(agent('ann'));
    await ann.createChannel({ name: channel });
    const mentions = [{ nodeId: newNodeId(), agent: 'bob' }];
    const blobs = [{ sha256: new Uint8Array(32).fill(3), sizeBytes: 7n, name: 'a.png', mediaType: 'image/png' }];
    await ann.sendToChannel({ channel, text: 'see', mentions, blobs, replyTo: 1n, type: MessageType.TOOL_RESULT });
    const { messages } = await ann.readChannel({ channel, newestFirst: true, pageSize: 1 });
    expect(messages[0]).toMatchObject({ text: 'see', mentions, blobs, replyTo: 1n, type: MessageType.TOOL_RESULT });
  });

  it('is read in pages, from either end', async () => {
    const hub = await startHub();
    const ann = hub.as(agent('ann'));
    await ann.createChannel({ name: channel });
    for (let at = 2; at <= 10; at++) await ann.sendToChannel({ channel, text: `${at}` });
    const cursors = async (request: object) => {
      const { messages, hasMore } = await ann.readChannel({ channel, ...request });
      return [messages.map(({ cursor }) => Number(cursor)), hasMore];
    };
    expect(await cursors({ pageSize: 4 })).toEqual([[1, 2, 3, 4], true]);
    expect(await cursors({ pageSize: 4, after: 4n })).toEqual([[5, 6, 7, 8], true]);
    expect(await cursors({ pageSize: 4, after: 8n })).toEqual([[9, 10], false]);
    expect(await cursors({ after: 10n })).toEqual([[], false]);
    expect(await cursors({ pageSize: 4, newestFirst: true })).toEqual([[10, 9, 8, 7], true]);
    expect(await cursors({ pageSize: 4, newestFirst: true, before: 3n })).toEqual([[2, 1], false]);
    expect(await cursors({ after: 3n, before: 6n })).toEqual([[4, 5], false]);
    expect(await reason(ann.readChannel({ channel, after: 11n }))).toBe('CURSOR_AHEAD');
  });

  it('says once that somebody joins or leaves, however often they do', async () => {
    const hub = await startHub();
    await hub.as(owner).createChannel({ name: channel });
    const bob = hub.as(agent('bob'));
    expect((await bob.joinChannel({ channel })).joined).toBe(true);
    expect((await bob.joinChannel({ channel, displayName: 'Bob' })).joined).toBe(false);
    expect((await bob.leaveChannel({ channel })).left).toBe(true);
    expect((await bob.leaveChannel({ channel })).left).toBe(false);
    const { messages } = await bob.readChannel({ channel });
    expect(messages.map(({ text }) => text)).toEqual(['owner@hub made the channel', 'bob@hub joined', 'Bob left']);
    expect(await reason(bob.sendToChannel({ channel, text: 'x' }))).toBe('NOT_A_MEMBER');
  });

  it('lists its members, those who listen now marked', async () => {
    const hub = await startHub();
    const ann = hub.as(agent('ann'));
    await ann.createChannel({ name: channel });
    for (const name of ['bob', 'cat']) await hub.as(agent(name)).joinChannel({ channel });
    const reading = new Reading(hub.as(agent('cat')).subscribeChannel({ channel }));
    await reading.event();
    const { channel: summary } = await ann.getChannel({ channel });
    expect(summary).toMatchObject({
      memberCount: 3,
      connectedCount: 1,
      messageCount: 3n,
      channel: { creator: { agent: 'ann' } },
    });
    expect(summary?.members.map(({ agent: ref, connected }) => [ref?.agent, connected])).toEqual([
      ['cat', true],
      ['ann', false],
      ['bob', false],
    ]);
    const first = await ann.listChannelMembers({ channel, pageSize: 2 });
    const rest = await ann.listChannelMembers({ channel, pageSize: 2, pageToken: first.nextPageToken });
    expect([...first.members, ...rest.members].map(({ agent: ref }) => ref?.agent)).toEqual(['ann', 'bob', 'cat']);
    await reading.stop();
    expect((await ann.getChannel({ channel })).channel?.connectedCount).toBe(0);
  });

  it('ends with all that is in it, and comes back empty under the same name', async () => {
    const hub = await startHub();
    const ann = hub.as(agent('ann'));
    const made = await ann.createChannel({ name: channel });
    const reading = new Reading(ann.subscribeChannel({ channel }));
    await reading.caughtUp();
    const next = reading.event();
    expect(await reason(hub.as(agent('bob')).deleteChannel({ channel }))).toBe('NOT_CREATOR');
    await ann.deleteChannel({ channel });
    expect(await reason(next)).toBe('CHANNEL_DELETED');
    expect(await reason(ann.getChannel({ channel }))).toBe('CHANNEL_NOT_FOUND');
    const again = await ann.createChannel({ name: channel });
    expect(again.channel?.lastCursor).toBe(1n);
    expect(again.channel?.channel?.channelId).not.toEqual(made.channel?.channel?.channelId);
    expect(again.channel?.memberCount).toBe(1);
  });
});

describe('who may join a channel', () => {
  it('is whoever works on the hub, the node that made it, and members of its groups', async () => {
    const hub = await startHub();
    const [desk, other] = [newNodeId(), newNodeId()];
    const maker = hub.as(peer('desk', ['home'], desk, 'ann'));
    await maker.createChannel({ name: 'private' });
    await maker.createChannel({ name: 'shared', groups: ['home'] });
    expect(await reason(maker.createChannel({ name: 'x', groups: ['home', 'work'] }))).toBe('NOT_IN_GROUP');
    const seen = async (principal: Parameters<typeof hub.as>[0]) =>
      (await hub.as(principal).listChannels({})).channels.map((one) => one.channel?.name);
    expect(await seen(owner)).toEqual(['private', 'shared']);
    expect(await seen(agent('claude'))).toEqual(['private', 'shared']);
    expect(await seen(peer('desk', [], desk, 'bob'))).toEqual(['private', 'shared']);
    expect(await seen(peer('far', ['home'], other))).toEqual(['shared']);
    expect(await seen({ kind: 'program', name: 'ci', groups: new Set(['home']), tokenId: 'a' })).toEqual(['shared']);
    expect(await seen(peer('far', ['work'], other))).toEqual([]);
    const far = hub.as(peer('far', ['home'], other));
    for (const call of [
      far.joinChannel({ channel: 'private' }),
      far.readChannel({ channel: 'private' }),
      far.deleteChannel({ channel: 'private' }),
    ]) {
      expect(await reason(call)).toBe('CHANNEL_NOT_FOUND');
    }
    expect(await reason(far.deleteChannel({ channel: 'shared' }))).toBe('NOT_CREATOR');
    await hub.as(peer('desk', ['home'], desk, 'bob')).deleteChannel({ channel: 'shared' });
  });

  it('counts at every event: who is put out of the group hears nothing more', async () => {
    const hub = await startHub();
    const groups = new Set(['home']);
    const far = hub.as({ ...peer('far'), groups });
    await hub.as(owner).createChannel({ name: channel, groups: ['home'] });
    await far.joinChannel({ channel });
    const reading = new Reading(far.subscribeChannel({ channel }));
    await reading.caughtUp();
    const next = reading.event();
    groups.clear();
    await hub.as(owner).sendToChannel({ channel, text: 'secret' });
    expect(await reason(next)).toBe('CHANNEL_NOT_FOUND');
  });
});

describe('a repeated request', () => {
  it('has the effect of one message, also at the same time and after a start', async () => {
    const hub = await startHub();
    const ann = hub.as(agent('ann'));
    await ann.createChannel({ name: channel });
    const requestId = newRequestId();
    const send = (text = 'once') => ann.sendToChannel({ channel, text, requestId });
    const [one, two] = await Promise.all([send(), send()]);
    expect([two, await send()]).toEqual([one, one]);
    expect(await reason(send('other'))).toBe('MESSAGE_ID_REUSED');
    await hub.as(agent('bob')).joinChannel({ channel });
    const other = await hub.as(agent('bob')).sendToChannel({ channel, text: 'once', requestId });
    expect(other.cursor).toBe(4n);
    hub.close();
    const again = (await startHub({ store: hub.store })).as(agent('ann'));
    expect(await again.sendToChannel({ channel, text: 'once', requestId })).toEqual(one);
    expect(await reason(again.sendToChannel({ channel, text: 'other', requestId }))).toBe('MESSAGE_ID_REUSED');
    expect((await again.readChannel({ channel })).lastCursor).toBe(4n);
  });

  it('has the effect of one message though the clock jumps by a day meanwhile', async () => {
    const dayMs = 24 * 3_600 * 1_000;
    const hub = await startHub();
    await hub.as(agent('ann')).createChannel({ name: channel });
    const requestId = newRequestId();
    const one = await hub.as(agent('ann')).sendToChannel({ channel, text: 'once', requestId });
    hub.close();
    for (const jumpMs of [dayMs, -dayMs]) {
      const later = await startHub({ store: hub.store, now: () => Date.now() + jumpMs });
      expect(await later.as(agent('ann')).sendToChannel({ channel, text: 'once', requestId })).toEqual(one);
      later.close();
    }
  });

  it('has the effect of one message though the sender has another key meanwhile, also after a start', async () => {
    const [before, after] = [newNodeId(), newNodeId()];
    const keys: Successions = {
      latest: (nodeId) => (equalBytes(nodeId, before) ? after : nodeId),
      before: (nodeId) => (equalBytes(nodeId, after) ? [before] : []),
      proofFrom: () => [],
    };
    const hub = await startHub();
    const old = hub.as(peer('ann', ['home'], before));
    await old.createChannel({ name: channel, groups: ['home'] });
    const requestId = newRequestId();
    const one = await old.sendToChannel({ channel, text: 'once', requestId });
    const stranger = hub.as(peer('eve', ['home'], after));
    expect(await reason(stranger.sendToChannel({ channel, text: 'once', requestId }))).toBe('NOT_A_MEMBER');
    hub.close();
    const later = await startHub({ store: hub.store, keys });
    const renewed = later.as(peer('ann', ['home'], after));
    expect(await renewed.sendToChannel({ channel, text: 'once', requestId })).toEqual(one);
    expect(await renewed.joinChannel({ channel })).toMatchObject({ joined: false, channel: { memberCount: 1 } });
    expect(await renewed.leaveChannel({ channel })).toMatchObject({ left: true });
    expect(await reason(renewed.sendToChannel({ channel, text: 'more' }))).toBe('NOT_A_MEMBER');
  });

  it('of a channel gives the same channel', async () => {
    const hub = await startHub();
    const requestId = newRequestId();
    const made = await hub.as(agent('ann')).createChannel({ name: channel, requestId });
    expect(await hub.as(agent('ann')).createChannel({ name: channel, requestId })).toEqual(made);
    expect(await reason(hub.as(agent('bob')).createChannel({ name: channel, requestId }))).toBe('CHANNEL_EXISTS');
    expect(await reason(hub.as(agent('ann')).createChannel({ name: channel }))).toBe('CHANNEL_EXISTS');
  });
});
