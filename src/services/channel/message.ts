/** A request to say something, as a message. */
import {
  type ChannelMember,
  type ChannelMessage,
  ChannelMessageSchema,
  MessageType,
  SystemEvent,
} from '../../../gen/towline/v1/channel_pb.ts';
import type { SendToChannelRequest } from '../../../gen/towline/v1/channel_service_pb.ts';
import type { Caller } from './caller.ts';
import { replyToUnknown, textInvalid } from './problems.ts';

/** Throws TEXT_INVALID or REPLY_TO_UNKNOWN; the rest of the rules stand in the schema. */
export function messageFrom(
  request: SendToChannelRequest,
  requestId: Uint8Array,
  { ref, alias }: Caller,
  member: ChannelMember,
  last: number,
): ChannelMessage {
  const { text, type, replyTo, mentions, blobs, connectionId } = request;
  if (!text.isWellFormed()) throw textInvalid();
  if (replyTo !== undefined && replyTo > BigInt(last)) throw replyToUnknown(replyTo, last);
  return {
    $typeName: ChannelMessageSchema.typeName,
    cursor: 0n,
    systemEvent: SystemEvent.UNSPECIFIED,
    messageId: requestId,
    sender: ref,
    senderAlias: alias,
    senderName: member.displayName,
    type: type === MessageType.UNSPECIFIED ? MessageType.TEXT : type,
    text,
    mentions,
    blobs,
    ...(replyTo !== undefined && { replyTo }),
    ...(connectionId !== undefined && { connectionId }),
  };
}
