import { create, toBinary, toJson } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { type ChannelMessage, ChannelMessageSchema } from '../../gen/towline/v1/channel_pb.ts';
import { MessageBatchSchema, SubscribeChannelResponseSchema } from '../../gen/towline/v1/channel_service_pb.ts';
import { encoded, standIn } from '../../src/rpc/encoded.ts';
import { encodeMessage } from '../../src/rpc/link-encode.ts';
import { asMessage } from '../../src/rpc/messages.ts';
import { batchOf, deliveryOf, storedBytes } from '../../src/services/channel/record.ts';

const message = (cursor: bigint): ChannelMessage =>
  create(ChannelMessageSchema, {
    cursor,
    text: 'é',
    messageId: new Uint8Array(16),
    replyTo: 1n,
    mentions: [{ agent: 'a' }],
  });

describe('a message of known bytes', () => {
  const kind = { case: 'messages', value: create(MessageBatchSchema, { messages: [message(7n)] }) } as const;
  const event = create(SubscribeChannelResponseSchema, { event: kind });
  const bytes = toBinary(SubscribeChannelResponseSchema, event);
  const same = encoded(SubscribeChannelResponseSchema, bytes);

  it('is sent as these bytes, and read like any other', () => {
    expect(encodeMessage(SubscribeChannelResponseSchema, same)).toBe(bytes);
    expect(asMessage(SubscribeChannelResponseSchema, same)).toBe(same);
    expect(same.event).toEqual(event.event);
    expect(toJson(SubscribeChannelResponseSchema, same)).toEqual(toJson(SubscribeChannelResponseSchema, event));
    expect(Buffer.from(toBinary(SubscribeChannelResponseSchema, same))).toEqual(Buffer.from(bytes));
  });

  it('has no fields with a presence of their own: they could not be told from absent ones', () => {
    expect(() => encoded(ChannelMessageSchema, bytes)).toThrow(TypeError);
  });

  it('stands within others that are written', () => {
    const inner = toBinary(ChannelMessageSchema, message(7n));
    const value = create(MessageBatchSchema, { messages: [message(1n), standIn(ChannelMessageSchema, inner)] });
    const expected = create(MessageBatchSchema, { messages: [message(1n), message(7n)] });
    expect(encodeMessage(MessageBatchSchema, value)).toEqual(Buffer.from(toBinary(MessageBatchSchema, expected)));
  });
});

describe('what a channel delivers', () => {
  it('is what the generated code reads, with the cursor of the log', () => {
    const cursors = [1, 127, 128, 2 ** 31, 2 ** 40];
    const stored = storedBytes(message(0n));
    const event = batchOf(cursors.map((cursor) => deliveryOf({ cursor, value: stored })));
    const plain = create(MessageBatchSchema, { messages: cursors.map((cursor) => message(BigInt(cursor))) });
    const expected = create(SubscribeChannelResponseSchema, { event: { case: 'messages', value: plain } });
    expect(toJson(SubscribeChannelResponseSchema, event)).toEqual(toJson(SubscribeChannelResponseSchema, expected));
    expect(encodeMessage(SubscribeChannelResponseSchema, event)).toHaveLength(
      toBinary(SubscribeChannelResponseSchema, expected).length,
    );
  });
});
