/** Mail and deliveries as they are shown. */
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { SentRecord } from '../../../gen/towline/v1/mail_record_pb.ts';
import {
  type Delivery,
  DeliverySchema,
  DeliveryState,
  type Mail,
  MailAddressSchema,
  MailPriority,
  MailSchema,
} from '../../../gen/towline/v1/mailbox_pb.ts';
import { expireMs } from './delivery.ts';
import type { Kept } from './inbox.ts';

export interface ViewParts {
  readonly ownId: () => Uint8Array;
  /** What this node calls a node; "self" for itself, empty if it knows no such key. */
  readonly aliasOf: (nodeId: Uint8Array) => string;
  /** Why mail for a node, in hex, still waits. */
  readonly lastErrorOf: (nodeId: Uint8Array) => string;
}

export function showMail({ ownId, aliasOf }: ViewParts, kept: Kept, unread: boolean): Mail {
  const { senderId, messageId, words } = kept.record;
  const address = (nodeId: Uint8Array, agent: string) =>
    create(MailAddressSchema, { nodeId, alias: aliasOf(nodeId), agent });
  return create(MailSchema, {
    messageId,
    sender: address(senderId, words?.fromAgent ?? ''),
    receiver: address(ownId(), kept.agent),
    priority: words?.priority || MailPriority.NEXT,
    text: words?.text ?? '',
    replyTo: words?.replyTo ?? new Uint8Array(0),
    target: words?.target ?? '',
    receiveTime: timestampFromMs(kept.timeMs),
    cursor: BigInt(kept.cursor),
    unread,
    ...(words?.createTime && { createTime: words.createTime }),
  });
}

export function showDelivery({ aliasOf, lastErrorOf }: ViewParts, row: SentRecord): Delivery {
  const waits = row.state === DeliveryState.QUEUED || row.state === DeliveryState.STORED_AT_HUB;
  const endMs = expireMs(row);
  // The row says so when its turn in the outbox comes; what is shown does not wait for that.
  const isExpired = waits && endMs <= Date.now();
  const stateTime = isExpired ? timestampFromMs(endMs) : row.stateTime;
  return create(DeliverySchema, {
    receiver: create(MailAddressSchema, {
      nodeId: row.receiverId,
      alias: aliasOf(row.receiverId),
      agent: row.toAgent,
    }),
    state: isExpired ? DeliveryState.EXPIRED : row.state,
    lastError: waits && !isExpired ? lastErrorOf(row.receiverId) : '',
    ...(stateTime && { stateTime }),
    ...(row.refusal && { refusal: row.refusal }),
  });
}
