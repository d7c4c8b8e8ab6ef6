/**
 * How many bytes of words of each sender wait unread in the inboxes of this node. Asked about senders that have a quota;
 * as long as there are none, nothing is counted.
 */

import { InboxRecordSchema } from '../../../gen/towline/v1/mail_record_pb.ts';
import type { MailWords } from '../../../gen/towline/v1/mail_transfer_pb.ts';
import { toHex } from '../../base/bytes.ts';
import { decodeMessage } from '../../rpc/link-decode.ts';
import type { Store } from '../../store/store.ts';
import { cursorOf, INBOXES, UNREAD, unreadOf } from './keys.ts';

const PAGE = 1_000;

/** A mail, as far as it is counted. */
export interface Counted {
  readonly senderId: Uint8Array;
  readonly words?: MailWords | undefined;
}

export class UnreadBytes {
  readonly #store: Store;
  readonly #isOwn: (nodeId: Uint8Array) => boolean;
  /** By sender; `undefined` until the first question. */
  #bySender: Map<string, number> | undefined;

  /** `isOwn` knows the keys of this node: its agents are counted each, those of another node together. */
  constructor(store: Store, isOwn: (nodeId: Uint8Array) => boolean) {
    this.#store = store;
    this.#isOwn = isOwn;
  }

  /** Counts what there is, the first time. Nothing may be taken or marked as read meanwhile. */
  async load(): Promise<void> {
    if (this.#bySender) return;
    const bySender = new Map<string, number>();
    for (const log of await this.#store.logs(INBOXES)) {
      for await (const mail of this.#unreadIn(log)) this.#addTo(bySender, mail, 1);
    }
    this.#bySender = bySender;
  }

  /** Of the sender of this mail, without it. After `load`. */
  of(mail: Counted): number {
    return this.#bySender?.get(this.#senderOf(mail)) ?? 0;
  }

  /** They wait unread now. */
  add(mails: Iterable<Counted>): void {
    if (this.#bySender) for (const mail of mails) this.#addTo(this.#bySender, mail, 1);
  }

  /** They do so no longer. */
  remove(mails: Iterable<Counted>): void {
    if (this.#bySender) for (const mail of mails) this.#addTo(this.#bySender, mail, -1);
  }

  #addTo(bySender: Map<string, number>, mail: Counted, sign: 1 | -1): void {
    const sender = this.#senderOf(mail);
    const bytes = (bySender.get(sender) ?? 0) + sign * bytesOf(mail);
    if (bytes > 0) bySender.set(sender, bytes);
    else bySender.delete(sender);
  }

  #senderOf({ senderId, words }: Counted): string {
    return this.#isOwn(senderId) ? `agent ${words?.fromAgent}` : toHex(senderId);
  }

  async *#unreadIn(log: string): AsyncGenerator<Counted> {
    const prefix = unreadOf(log.slice(INBOXES.length));
    for (let after = ''; ; ) {
      const rows = await this.#store.table(UNREAD).list({ prefix, ...(after && { after }), limit: PAGE });
      const cursors = new Set(rows.map(({ key }) => cursorOf(key)));
      const [first, last] = [Math.min(...cursors), Math.max(...cursors)];
      for (let place = first - 1; place < last; ) {
        const entries = await this.#store.log(log).read({ after: place, before: last + 1 });
        for (const { cursor, value } of entries) if (cursors.has(cursor)) yield decodeMessage(InboxRecordSchema, value);
        place = entries.at(-1)?.cursor ?? last;
      }
      if (rows.length < PAGE) return;
      after = rows.at(-1)?.key ?? '';
    }
  }
}

/** The words alone: what stands around them is small. */
export function bytesOf({ words }: Counted): number {
  return Buffer.byteLength(words?.text ?? '');
}
