/** What became of mail that this node sent: one row for each mail and receiver. */
import { create } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { type SentRecord, SentRecordSchema } from '../../../gen/towline/v1/mail_record_pb.ts';
import { DeliveryState, type MailRefusal } from '../../../gen/towline/v1/mailbox_pb.ts';
import { Broadcast } from '../../base/broadcast.ts';
import { toHex } from '../../base/bytes.ts';
import { decodeMessage } from '../../rpc/link-decode.ts';
import { encodeMessage } from '../../rpc/link-encode.ts';
import type { Store, Write } from '../../store/store.ts';
import { InTurn } from './in-turn.ts';
import { SENT, sentKey, sentOf } from './keys.ts';
import { MAX_RECEIVERS, SENT_KEPT_MS } from './limits.ts';

/** News of a mail for one receiver. */
export interface News {
  readonly messageId: Uint8Array;
  /** As in the row: the key that the receiver had when the mail was sent. */
  readonly receiverId: Uint8Array;
  readonly state: DeliveryState;
  /** In milliseconds since 1970. */
  readonly timeMs: number;
  readonly refusal?: MailRefusal;
}

const { QUEUED, STORED_AT_HUB, DELIVERED, READ, EXPIRED, REFUSED } = DeliveryState;

/** What may follow a state. The receiver's word goes before what was guessed without it. */
const NEXT: Readonly<Partial<Record<DeliveryState, readonly DeliveryState[]>>> = {
  [QUEUED]: [STORED_AT_HUB, DELIVERED, READ, EXPIRED, REFUSED],
  [STORED_AT_HUB]: [DELIVERED, READ, EXPIRED, REFUSED],
  [EXPIRED]: [DELIVERED, READ],
  [DELIVERED]: [READ],
};

/** Whether nothing can follow any more, or only what depends on a person. */
export function isSettled(state: DeliveryState): boolean {
  return state === DELIVERED || isEnd(state) || state === EXPIRED;
}

/** Whether nothing can follow. */
export function isEnd(state: DeliveryState): boolean {
  return state === READ || state === REFUSED;
}

export class Deliveries {
  /** Marked with the id, in hex, of a mail of which there is news. */
  readonly changes = new Broadcast<string>();
  readonly #store: Store;
  readonly #turn = new InTurn();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The rows of a mail, by receiver. */
  async of(messageId: Uint8Array): Promise<SentRecord[]> {
    const rows = await this.#store.table(SENT).list({ prefix: sentOf(messageId), limit: MAX_RECEIVERS + 1 });
    return rows.map(({ value }) => decodeMessage(SentRecordSchema, value));
  }

  async get(messageId: Uint8Array, receiverId: Uint8Array): Promise<SentRecord | undefined> {
    const row = await this.#store.table(SENT).get(sentKey(messageId, receiverId));
    return row && decodeMessage(SentRecordSchema, row.value);
  }

  /** Writes what is new down, together with `beside`. What may not follow is left out. */
  note(news: readonly News[], beside: readonly Write[] = []): Promise<void> {
    return this.#turn.run(async () => {
      const rows = await Promise.all(news.map((one) => this.get(one.messageId, one.receiverId)));
      const writes: Write[] = [];
      const changed: string[] = [];
      for (const [index, one] of news.entries()) {
        const row = rows[index];
        if (!row || !NEXT[row.state]?.includes(one.state)) continue;
        writes.push(putRow(one.messageId, { ...row, ...changeOf(one) }));
        changed.push(toHex(one.messageId));
      }
      const all = [...writes, ...beside];
      if (all.length > 0) await this.#store.write(all);
      for (const id of changed) this.changes.changed(id);
    });
  }

  /** Forgets what has been over for a while. */
  async sweep(nowMs: number): Promise<void> {
    const table = this.#store.table(SENT);
    for (let after = ''; ; ) {
      const rows = await table.list({ ...(after && { after }), limit: 1_000 });
      const over = rows.filter(({ value }) => expireMs(decodeMessage(SentRecordSchema, value)) + SENT_KEPT_MS <= nowMs);
      await this.#store.write(over.map(({ key }) => ({ op: 'delete', table: SENT, key })));
      if (rows.length < 1_000) return;
      after = rows.at(-1)?.key ?? '';
    }
  }
}

/** The first row of a mail for one receiver: refused if there is one already. */
export function newRow(messageId: Uint8Array, record: SentRecord): Write {
  return { ...putRow(messageId, record), ifVersion: 0 };
}

function putRow(messageId: Uint8Array, record: SentRecord) {
  const value = encodeMessage(SentRecordSchema, record);
  return { op: 'put', table: SENT, key: sentKey(messageId, record.receiverId), value } as const;
}

function changeOf({ state, timeMs, refusal }: News) {
  return { state, stateTime: timestampFromMs(timeMs), ...(refusal && { refusal }) };
}

export function expireMs({ expireTime }: Pick<SentRecord, 'expireTime'>): number {
  return expireTime ? timestampMs(expireTime) : 0;
}

export function sentRecord(init: Omit<SentRecord, '$typeName' | '$unknown'>): SentRecord {
  return create(SentRecordSchema, init);
}
