import { describe, expect, it, vi } from 'vitest';
import type { ChannelPosition } from '../../../gen/towline/v1/channel_pb.ts';
import { newRequestId } from '../../../src/base/request-id.ts';
import { openMemoryStore } from '../../../src/store/memory/store.ts';
import { agent, type ChannelClient, owner, Reading, reason, startHub } from './hub.ts';

const channel = 'dev';

async function start(retention?: { maxCount: number }) {
  const hub = await startHub();
  const ann = hub.as(agent('ann'));
  await ann.createChannel({ name: channel, ...(retention && { retention }) });
  const bob = hub.as(agent('bob'));
  await bob.joinChannel({ channel });
  return { hub, ann, bob };
}

async function say(who: ChannelClient, from: number, to: number): Promise<void> {
  const texts = Array.from({ length: to - from + 1 }, (_, at) => `${from + at}`);
  await Promise.all(texts.map((text) => who.sendToChannel({ channel, text })));
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => `${from + at}`);

describe('a subscription', () => {
  it('gives what was there, says so, and then what comes', async () => {
    const { ann, bob } = await start();
    await say(ann, 1, 600);
    const reading = new Reading(bob.subscribeChannel({ channel }));
    expect(await reading.event()).toMatchObject({ case: 'opened', value: { firstCursor: 1n, lastCursor: 602n } });
    expect((await reading.caughtUp()).slice(2)).toEqual(numbers(1, 600));
    await say(ann, 601, 900);
    expect(await reading.texts(300)).toEqual(numbers(601, 900));
  });

  it('gives the newest, or only what is to come', async () => {
    const { ann, bob } = await start();
    await say(ann, 1, 5);
    const newest = (newestCount: number) =>
      new Reading(bob.subscribeChannel({ channel, start: { case: 'newestCount', value: newestCount } }));
    expect(await newest(2).caughtUp()).toEqual(['4', '5']);
    expect(await newest(0).caughtUp()).toEqual([]);
    expect(await newest(1_000).caughtUp()).toHaveLength(7);
  });

  it('that comes back gets exactly what it missed', async () => {
    const { ann, bob } = await start();
    const texts: string[] = [];
    let after: Partial<ChannelPosition> = { cursor: 2n };
    for (let round = 0; round < 5; round++) {
      const reading = new Reading(
        bob.subscribeChannel({ channel, start: { case: 'after', value: after as ChannelPosition } }),
      );
      await say(ann, round * 100 + 1, round * 100 + 100);
      for (let count = 0; count < 50 + round; count++) {
        const { text, cursor, messageId } = await reading.message();
        texts.push(text);
        after = { cursor, messageId };
      }
      await reading.stop();
    }
    expect(texts).toEqual(numbers(1, texts.length));
  });

  it('does not get what came by its own connection', async () => {
    const { hub, ann, bob } = await start();
    const connectionId = newRequestId();
    const reading = new Reading(
      bob.subscribeChannel({ channel, connectionId, start: { case: 'newestCount', value: 0 } }),
    );
    const also = new Reading(bob.subscribeChannel({ channel, start: { case: 'newestCount', value: 0 } }));
    await Promise.all([reading.caughtUp(), also.caughtUp()]);
    await bob.sendToChannel({ channel, text: 'mine', connectionId });
    await bob.sendToChannel({ channel, text: 'mine, elsewhere', connectionId: newRequestId() });
    await ann.sendToChannel({ channel, text: 'stolen', connectionId });
    expect(await reading.texts(2)).toEqual(['mine, elsewhere', 'stolen']);
    expect(await also.texts(3)).toEqual(['mine', 'mine, elsewhere', 'stolen']);
    // The same from the disk, in another life of the hub.
    const again = (await startHub({ store: hub.store })).as(agent('bob'));
    const later = new Reading(
      again.subscribeChannel({ channel, connectionId, start: { case: 'newestCount', value: 3 } }),
    );
    expect(await later.caughtUp()).toEqual(['mine, elsewhere', 'stolen']);
  });

  it('is told of what retention took before it was read', async () => {
    const { ann, bob } = await start({ maxCount: 10 });
    await say(ann, 1, 30);
    const count = async () => (await ann.getChannel({ channel })).channel?.messageCount;
    await vi.waitFor(async () => expect(await count()).toBe(10n));
    const reading = new Reading(
      bob.subscribeChannel({ channel, start: { case: 'after', value: { cursor: 2n } as ChannelPosition } }),
    );
    expect(await reading.event()).toMatchObject({ case: 'opened', value: { firstCursor: 23n, lastCursor: 32n } });
    expect(await reading.event()).toMatchObject({ case: 'missing', value: { firstCursor: 3n, lastCursor: 22n } });
    expect(await reading.texts(10)).toEqual(numbers(21, 30));
  });

  it('that is slow slows nobody, and loses nothing', async () => {
    const { ann, bob } = await start();
    const slow = new Reading(bob.subscribeChannel({ channel, start: { case: 'newestCount', value: 0 } }));
    const quick = new Reading(ann.subscribeChannel({ channel, start: { case: 'newestCount', value: 0 } }));
    await Promise.all([slow.caughtUp(), quick.caughtUp()]);
    for (let from = 1; from <= 5_000; from += 500) {
      await say(ann, from, from + 499);
      expect(await quick.texts(500)).toEqual(numbers(from, from + 499));
    }
    expect(await slow.texts(5_000)).toEqual(numbers(1, 5_000));
  });

  it('ends when its member leaves, and when the hub does', async () => {
    const { hub, ann, bob } = await start();
    const left = new Reading(bob.subscribeChannel({ channel }));
    const stays = new Reading(ann.subscribeChannel({ channel }));
    await Promise.all([left.caughtUp(), stays.caughtUp()]);
    const [leaving, ending] = [left.event(), stays.texts(2)];
    await bob.leaveChannel({ channel });
    expect(await reason(leaving)).toBe('NOT_A_MEMBER');
    hub.close();
    expect(await reason(ending)).toBe('HUB_CLOSING');
  });

  it('is refused to whoever is no member', async () => {
    const { hub } = await start();
    const reading = new Reading(hub.as(agent('eve')).subscribeChannel({ channel }));
    expect(await reason(reading.event())).toBe('NOT_A_MEMBER');
  });
});

describe('a hub that was restored from an old backup', () => {
  it('is noticed by a reader that is further, and by one whose message is another one now', async () => {
    const [before, after] = [openMemoryStore(), openMemoryStore()];
    const read = async (store: typeof before, count: number) => {
      const ann = (await startHub({ store })).as(owner);
      await say(ann, 1, count);
      return ann;
    };
    for (const store of [before, after]) {
      const ann = (await startHub({ store })).as(owner);
      await ann.createChannel({ name: channel });
    }
    const seen = await read(before, 10);
    const { messages } = await seen.readChannel({ channel, newestFirst: true, pageSize: 1 });
    const { channel: now } = await (await read(after, 3)).getChannel({ channel });
    const at = (position: Partial<ChannelPosition>) =>
      reason(
        startHub({ store: after }).then((hub) =>
          new Reading(
            hub.as(owner).subscribeChannel({ channel, start: { case: 'after', value: position as ChannelPosition } }),
          ).event(),
        ),
      );
    expect(await at({ cursor: 11n })).toBe('CURSOR_AHEAD');
    const messageId = messages[0]?.messageId as Uint8Array;
    expect(await at({ cursor: 3n, messageId })).toBe('CHANNEL_RESET');
    expect(await at({ cursor: 3n, channelId: newRequestId() })).toBe('CHANNEL_RESET');
    expect(await at({ cursor: 3n, channelId: now?.channel?.channelId as Uint8Array })).toBe('it worked');
  });
});
