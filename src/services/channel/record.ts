/** Messages as they are kept and as they are delivered: the same bytes, the cursor in front of them. */
import { create, fromBinary } from '@bufbuild/protobuf';
import { type ChannelMessage, ChannelMessageSchema } from '../../../gen/towline/v1/channel_pb.ts';
import {
  MessageBatchSchema,
  type SubscribeChannelResponse,
  SubscribeChannelResponseSchema,
} from '../../../gen/towline/v1/channel_service_pb.ts';
import { equalBytes } from '../../base/bytes.ts';
import { encoded, standIn } from '../../rpc/encoded.ts';
import { encodeMessage } from '../../rpc/link-encode.ts';
import type { LogEntry } from '../../store/store.ts';

/** What the log keeps: the message without its cursor, which is the log's to give. */
export function storedBytes(message: ChannelMessage): Uint8Array {
  return encodeMessage(ChannelMessageSchema, message);
}

/** A message as it is sent to its readers. */
export interface Delivery {
  readonly cursor: number;
  readonly encoded: Uint8Array;
}

/**
 * In the binary format of protobuf a message and then another are their merger: the cursor before the stored bytes makes
 * the whole message, and nothing is decoded.
 */
export function deliveryOf({ cursor, value }: Pick<LogEntry, 'cursor' | 'value'>): Delivery {
  const place = encodeMessage(ChannelMessageSchema, create(ChannelMessageSchema, { cursor: BigInt(cursor) }));
  return { cursor, encoded: Buffer.concat([place, value]) };
}

/** One event for any number of readers: its bytes are made once. */
export function batchOf(deliveries: readonly Delivery[]): SubscribeChannelResponse {
  const messages = deliveries.map((delivery) => standIn(ChannelMessageSchema, delivery.encoded));
  const value = create(MessageBatchSchema, { messages });
  const event = create(SubscribeChannelResponseSchema, { event: { case: 'messages', value } });
  return encoded(SubscribeChannelResponseSchema, encodeMessage(SubscribeChannelResponseSchema, event));
}

/** The message of an entry, read. */
export function messageOf({ cursor, value }: Pick<LogEntry, 'cursor' | 'value'>): ChannelMessage {
  const message = fromBinary(ChannelMessageSchema, value);
  message.cursor = BigInt(cursor);
  return message;
}

/** Whether two sends say the same: all that the sender chose, but for the connection. */
export function saysTheSame(one: ChannelMessage, other: ChannelMessage): boolean {
  return equalBytes(said(one), said(other));
}

function said({ type, text, replyTo, mentions, blobs }: ChannelMessage): Uint8Array {
  const answers = replyTo === undefined ? {} : { replyTo };
  return encodeMessage(ChannelMessageSchema, create(ChannelMessageSchema, { type, text, mentions, blobs, ...answers }));
}
