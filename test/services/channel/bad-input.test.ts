import { create, toBinary } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { createClient } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { ChannelSchema, MessageType } from '../../../gen/towline/v1/channel_pb.ts';
import { ChannelService, SendToChannelRequestSchema } from '../../../gen/towline/v1/channel_service_pb.ts';
import { LocalError } from '../../../src/base/errors.ts';
import { standIn } from '../../../src/rpc/encoded.ts';
import { reasonOf } from '../../../src/rpc/failure.ts';
import { CHANNELS_TABLE } from '../../../src/services/channel/directory.ts';
import { MAX_CHANNELS, MAX_CHANNELS_PER_NODE } from '../../../src/services/channel/limits.ts';
import { openMemoryStore } from '../../../src/store/memory/store.ts';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import type { Store } from '../../../src/store/store.ts';
import { scratchFolder } from '../../store/scratch.ts';
import { newNodeId } from '../../trust/support.ts';
import { agent, owner, peer, Reading, reason, startHub } from './hub.ts';
import { linked } from './linked.ts';

const channel = 'dev';

async function start(options = {}) {
  const hub = await startHub(options);
  const ann = hub.as(owner);
  await ann.createChannel({ name: channel });
  return { hub, ann };
}

describe('a hub of channels refuses', () => {
  it('what names no channel, and what its caller is no member of', async () => {
    const { hub, ann } = await start();
    expect(await reason(ann.sendToChannel({ channel: 'none', text: 'x' }))).toBe('CHANNEL_NOT_FOUND');
    expect(await reason(new Reading(ann.subscribeChannel({ channel: 'none' })).event())).toBe('CHANNEL_NOT_FOUND');
    expect(await reason(hub.as(agent('eve')).sendToChannel({ channel, text: 'x' }))).toBe('NOT_A_MEMBER');
    for (const name of ['', 'A', '../x', 'x'.repeat(65), '-a'])
      expect(await reason(ann.createChannel({ name }))).toBe('INVALID_REQUEST');
  });

  it('text that is empty, too long, or no text', async () => {
    const { ann } = await start();
    for (const text of ['', 'x'.repeat(1_048_577), 'é'.repeat(600_000)]) {
      expect(await reason(ann.sendToChannel({ channel, text }))).toBe('INVALID_REQUEST');
    }
    expect(await reason(ann.sendToChannel({ channel, text: 'half of \ud83d' }))).toBe('TEXT_INVALID');
    await ann.sendToChannel({ channel, text: 'x'.repeat(1_048_576) });
    await ann.sendToChannel({ channel, text: '\u0000 and \u001b are text' });
    expect((await ann.readChannel({ channel })).messages.map(({ text }) => text.length)).toEqual([26, 1_048_576, 16]);
  });

  it('bytes that are no UTF-8, over a link', async () => {
    const { hub } = await start();
    const client = createClient(ChannelService, linked(hub.service, owner));
    const good = toBinary(SendToChannelRequestSchema, create(SendToChannelRequestSchema, { channel, text: 'abc' }));
    const bad = Buffer.from(good).fill(0xff, good.length - 2);
    expect(await reason(client.sendToChannel(standIn(SendToChannelRequestSchema, bad)))).toBe('MALFORMED_MESSAGE');
    expect((await client.sendToChannel(standIn(SendToChannelRequestSchema, good))).cursor).toBe(2n);
  });

  it('words of the hub from anybody else, and answers to what is not there', async () => {
    const { ann } = await start();
    expect(await reason(ann.sendToChannel({ channel, text: 'x', type: MessageType.SYSTEM }))).toBe('INVALID_REQUEST');
    expect(await reason(ann.sendToChannel({ channel, text: 'x', replyTo: 2n }))).toBe('REPLY_TO_UNKNOWN');
    expect(await reason(ann.sendToChannel({ channel, text: 'x', mentions: [{ agent: 'a b' }] }))).toBe(
      'INVALID_REQUEST',
    );
  });

  it('the ten-thousand-and-first channel; all of them are listed in pages', async () => {
    const store = openMemoryStore();
    const table = store.table(CHANNELS_TABLE);
    for (let at = 1; at < MAX_CHANNELS; at++) {
      const name = `c${String(at).padStart(5, '0')}`;
      await table.put(
        name,
        toBinary(ChannelSchema, create(ChannelSchema, { name, channelId: Buffer.alloc(16, name) })),
      );
    }
    const { hub, ann } = await start({ store });
    expect(await reason(ann.createChannel({ name: 'one-more' }))).toBe('CHANNELS_FULL');
    const names: string[] = [];
    for (let pageToken = ''; ; ) {
      const page = await hub.as(agent('claude')).listChannels({ pageSize: 1_000, pageToken });
      names.push(...page.channels.map((one) => one.channel?.name ?? ''));
      pageToken = page.nextPageToken;
      if (pageToken === '') break;
    }
    expect([names.length, new Set(names).size, names[0], names.at(-1)]).toEqual([10_000, 10_000, 'c00001', 'dev']);
  });

  it('one node that makes too many', async () => {
    const store = openMemoryStore();
    const far = peer('far', ['home'], newNodeId());
    for (let at = 0; at < MAX_CHANNELS_PER_NODE; at++) {
      const creator = { nodeId: far.nodeId as Uint8Array, agent: 'node' };
      const info = create(ChannelSchema, { name: `c${at}`, channelId: Buffer.alloc(16, `${at}`), creator });
      await store.table(CHANNELS_TABLE).put(info.name, toBinary(ChannelSchema, info));
    }
    const { hub } = await start({ store });
    expect(await reason(hub.as(far).createChannel({ name: 'more' }))).toBe('CHANNELS_FULL');
    expect(await reason(hub.as(peer('near')).createChannel({ name: 'more' }))).toBe('it worked');
  });
});

describe('a hub of channels goes on', () => {
  it('when its clock jumps back a day: the order is that of cursors, and time stands still', async () => {
    let nowMs = Date.parse('2026-11-21T10:00:00Z');
    const { hub, ann } = await start({ now: () => nowMs });
    await ann.sendToChannel({ channel, text: 'before' });
    nowMs -= 86_400_000;
    await ann.sendToChannel({ channel, text: 'after' });
    hub.close();
    const again = (await startHub({ store: hub.store, now: () => nowMs })).as(owner);
    await again.sendToChannel({ channel, text: 'after a start' });
    const { messages } = await again.readChannel({ channel });
    expect(messages.map(({ text }) => text).slice(1)).toEqual(['before', 'after', 'after a start']);
    const times = messages.map(({ createTime }) => (createTime ? timestampMs(createTime) : 0));
    expect(times).toEqual([...times].sort((left, right) => left - right));
  });

  it('to be read when the disk is full, and takes words again when it is not', async () => {
    const store = fullStore(openMemoryStore());
    const { hub, ann } = await start({ store });
    const reading = new Reading(ann.subscribeChannel({ channel }));
    await reading.caughtUp();
    store.isFull = true;
    const requestId = new Uint8Array(16).fill(1);
    expect(await reason(ann.sendToChannel({ channel, text: 'lost', requestId }))).toBe('STORE_FULL');
    expect(await reason(hub.as(agent('bob')).joinChannel({ channel }))).toBe('STORE_FULL');
    expect(await reason(ann.createChannel({ name: 'other' }))).toBe('STORE_FULL');
    expect((await ann.readChannel({ channel })).messages).toHaveLength(1);
    expect((await ann.getChannel({ channel })).channel?.memberCount).toBe(1);
    store.isFull = false;
    expect((await ann.sendToChannel({ channel, text: 'lost', requestId })).cursor).toBe(2n);
    expect(await reading.texts(1)).toEqual(['lost']);
    expect(await reason(ann.createChannel({ name: 'other' }))).toBe('it worked');
  });

  it('after a start, with all that it had accepted', async () => {
    const path = `${scratchFolder()}/store.db`;
    const first = openSqliteStore(path);
    const { hub, ann } = await start({ store: first });
    await Promise.all(Array.from({ length: 300 }, (_, at) => ann.sendToChannel({ channel, text: `${at}` })));
    hub.close();
    await first.close();
    const second = openSqliteStore(path);
    const again = (await startHub({ store: second })).as(owner);
    const reading = new Reading(again.subscribeChannel({ channel }));
    expect((await reading.caughtUp()).slice(1)).toEqual(Array.from({ length: 300 }, (_, at) => `${at}`));
    await reading.stop();
    expect((await again.sendToChannel({ channel, text: 'next' })).cursor).toBe(302n);
    await second.close();
    expect(reasonOf(await again.sendToChannel({ channel, text: 'closed' }).catch((error: unknown) => error))).toBe(
      'STORE_CLOSED',
    );
  });
});

/** A store whose disk can be filled. */
function fullStore(store: Store): Store & { isFull: boolean } {
  const full = () => Promise.reject(new LocalError('STORE_FULL', 'no room'));
  const wrapper = {
    ...store,
    isFull: false,
    write: (writes: Parameters<Store['write']>[0]) => (wrapper.isFull ? full() : store.write(writes)),
    log: (name: string) => {
      const log = store.log(name);
      return {
        append: (value: Uint8Array) => (wrapper.isFull ? full() : log.append(value)),
        read: (options?: Parameters<typeof log.read>[0]) => log.read(options),
        extent: () => log.extent(),
        trim: (cursor: number) => log.trim(cursor),
      };
    },
  };
  return wrapper;
}
