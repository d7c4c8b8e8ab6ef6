import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  LiveChunkSchema,
  LiveStartedSchema,
  type StreamChannelResponse,
} from '../../../gen/towline/v1/channel_service_pb.ts';
import { LIVE_CHUNKS, LIVE_PARTICIPANTS } from '../../../src/services/channel/limits.ts';
import { LiveReader } from '../../../src/services/channel/live-reader.ts';
import { agent, type ChannelClient, reason, startHub } from './hub.ts';

const chunk = (sourceId: number, sequence: number, bytes = 1) =>
  create(LiveChunkSchema, { sourceId, sequence: BigInt(sequence), data: new Uint8Array(bytes) });

/** Everything that waits, as words. */
async function read(reader: LiveReader): Promise<string[]> {
  reader.end();
  const words: string[] = [];
  for await (const { event } of reader.events()) {
    if (event.case === 'chunk') words.push(`${event.value.sourceId}:${event.value.sequence}`);
    else if (event.case === 'dropped') words.push(`${event.value.sourceId} lost ${event.value.chunkCount}`);
    else words.push(`${event.case}`);
  }
  return words;
}

describe('what waits for a participant', () => {
  it('comes in order, the end of a source behind its chunks', async () => {
    const reader = new LiveReader();
    reader.started(create(LiveStartedSchema, { sourceId: 1 }));
    for (const sequence of [1, 2]) reader.chunk(chunk(1, sequence));
    reader.ended(1);
    expect(await read(reader)).toEqual(['started', '1:1', '1:2', 'ended']);
  });

  it('loses its oldest chunks when there are too many, and says how many', async () => {
    const reader = new LiveReader();
    for (let sequence = 1; sequence <= LIVE_CHUNKS + 3; sequence++) reader.chunk(chunk(1, sequence));
    const words = await read(reader);
    expect(words.slice(0, 2)).toEqual(['1 lost 3', '1:4']);
    expect(words).toHaveLength(LIVE_CHUNKS + 1);
  });

  it('is bounded by bytes, too', async () => {
    const reader = new LiveReader();
    for (let sequence = 1; sequence <= 20; sequence++) reader.chunk(chunk(1, sequence, 65_536));
    expect(await read(reader)).toHaveLength(17);
  });

  it('forgets sources that came and went unheard when there are too many', async () => {
    const reader = new LiveReader();
    for (let sourceId = 1; sourceId <= 1_000; sourceId++) {
      reader.started(create(LiveStartedSchema, { sourceId }));
      reader.ended(sourceId);
    }
    expect((await read(reader)).length).toBeLessThanOrEqual(LIVE_CHUNKS + 1);
  });
});

async function* listen(channel = 'dev') {
  yield { kind: { case: 'open', value: { channel } } } as const;
  await new Promise(() => undefined);
}

async function join(client: ChannelClient): Promise<AsyncIterator<StreamChannelResponse>> {
  const events = client.streamChannel(listen())[Symbol.asyncIterator]();
  expect((await events.next()).value?.event.case).toBe('opened');
  return events;
}

describe('taking part in what is live', () => {
  it('is for members, as many as there is room for, until they leave', async () => {
    const hub = await startHub();
    const ann = hub.as(agent('ann'));
    await ann.createChannel({ name: 'dev' });
    const eve = hub.as(agent('eve')).streamChannel(listen())[Symbol.asyncIterator]();
    expect(await reason(eve.next())).toBe('NOT_A_MEMBER');
    const all = await Promise.all(Array.from({ length: LIVE_PARTICIPANTS }, () => join(ann)));
    expect(await reason(ann.streamChannel(listen())[Symbol.asyncIterator]().next())).toBe('LIVE_FULL');
    await all[0]?.return?.();
    const last = await join(ann);
    const next = last.next();
    await ann.leaveChannel({ channel: 'dev' });
    expect(await reason(next)).toBe('NOT_A_MEMBER');
  });

  it('begins with `open`, once, and sends nothing without a source', async () => {
    const hub = await startHub();
    const ann = hub.as(agent('ann'));
    await ann.createChannel({ name: 'dev' });
    const open = { kind: { case: 'open', value: { channel: 'dev' } } } as const;
    const bytes = { kind: { case: 'chunk', value: new Uint8Array(1) } } as const;
    const attempt = async (...requests: (typeof open | typeof bytes)[]) => {
      async function* all() {
        yield* requests;
      }
      const answers = (async () => {
        for await (const _ of ann.streamChannel(all()));
      })();
      return reason(answers);
    };
    for (const requests of [[], [bytes], [open, open], [open, bytes]] as const) {
      expect(await attempt(...requests)).toBe('LIVE_OPEN_EXPECTED');
    }
  });
});
