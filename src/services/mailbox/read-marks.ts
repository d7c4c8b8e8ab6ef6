/** Marks mail as read, and lets its senders know: those of this node at once, others by a sealed letter. */
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { MailReceiptSchema } from '../../../gen/towline/v1/mail_transfer_pb.ts';
import { DeliveryState } from '../../../gen/towline/v1/mailbox_pb.ts';
import { equalBytes, toHex } from '../../base/bytes.ts';
import type { Deliveries } from './delivery.ts';
import type { Inboxes, Kept } from './inbox.ts';
import { receiptsTo } from './taker.ts';

export interface MarkParts {
  readonly inboxes: Inboxes;
  readonly deliveries: Deliveries;
  /** The keys of this node, those that it gave up included. */
  readonly ownIds: () => readonly Uint8Array[];
  readonly wake: (node: string) => void;
}

export class ReadMarks {
  readonly #parts: MarkParts;

  constructor(parts: MarkParts) {
    this.#parts = parts;
  }

  /** Resolves to how many were unread. */
  async mark(agent: string, cursors: readonly number[]): Promise<number> {
    if (cursors.length === 0) return 0;
    const { inboxes, deliveries, wake } = this.#parts;
    const ownIds = this.#parts.ownIds();
    const own: Kept[] = [];
    const nodes: string[] = [];
    const read = await inboxes.markRead(agent, cursors, (kept) => {
      own.push(...kept.filter(({ record }) => ownIds.some((id) => equalBytes(id, record.senderId))));
      const others = kept.filter((one) => !own.includes(one));
      const bySender = Map.groupBy(others, ({ record }) => toHex(record.senderId));
      nodes.push(...bySender.keys());
      return [...bySender].map(([node, mails]) => receiptsTo(node, mails.map(readReceipt)));
    });
    const timeMs = Date.now();
    const state = DeliveryState.READ;
    await deliveries.note(
      own.map(({ record: { messageId, senderId } }) => ({ messageId, receiverId: senderId, state, timeMs })),
    );
    for (const node of nodes) wake(node);
    return read.length;
  }
}

function readReceipt({ record }: Kept) {
  return create(MailReceiptSchema, {
    messageId: record.messageId,
    state: DeliveryState.READ,
    time: timestampFromMs(Date.now()),
  });
}
