/** Accepts mail of the agents of this node: into an inbox here, or into the outbox of another node. */
import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { OutboxRecordSchema, type SentRecord } from '../../../gen/towline/v1/mail_record_pb.ts';
import { MailLetterSchema, type MailWords, MailWordsSchema } from '../../../gen/towline/v1/mail_transfer_pb.ts';
import { DeliveryState, type MailPriority } from '../../../gen/towline/v1/mailbox_pb.ts';
import { equalBytes, toHex } from '../../base/bytes.ts';
import { LocalError } from '../../base/errors.ts';
import { newRequestId } from '../../base/request-id.ts';
import type { Principal } from '../../rpc/principal.ts';
import type { Store, Write } from '../../store/store.ts';
import type { Quota } from '../quota.ts';
import { type Deliveries, newRow, sentRecord } from './delivery.ts';
import { writeLetter } from './envelope.ts';
import type { Inboxes, NewMail, Taken } from './inbox.ts';
import { DEFAULT_LIFETIME_MS, MAX_RECEIVERS } from './limits.ts';
import { append, type Outbox } from './outbox.ts';
import { idConflict, refusalOf } from './problems.ts';
import type { Receiver } from './target.ts';
import { WaitingBytes } from './waiting-bytes.ts';

export interface SendParts {
  readonly store: Store;
  readonly inboxes: Inboxes;
  readonly outbox: Outbox;
  readonly deliveries: Deliveries;
  /** This node's key now. */
  readonly ownId: () => Uint8Array;
  /** None if absent. */
  readonly quota?: Quota;
  /** There is a letter in the outbox of this node, in hex. */
  readonly wake: (node: string) => void;
}

/** A mail to send, its target resolved. */
export interface Outgoing {
  /** Who sends it, for its quota; without one if absent. */
  readonly sender?: Principal;
  readonly from: string;
  readonly target: string;
  readonly receivers: readonly Receiver[];
  readonly text: string;
  readonly priority: MailPriority;
  readonly replyTo: Uint8Array;
  readonly lifetimeMs?: number;
  readonly requestId?: Uint8Array;
}

export interface Sent {
  readonly messageId: Uint8Array;
  readonly rows: readonly SentRecord[];
}

/** One mail for one receiver, ready to be written. */
interface Item {
  readonly receiver: Receiver;
  readonly letter: Uint8Array;
  readonly words: MailWords;
}

export class Sending {
  readonly #parts: SendParts;
  readonly #waiting: WaitingBytes;

  constructor(parts: SendParts) {
    this.#parts = parts;
    this.#waiting = new WaitingBytes(parts.store);
  }

  /**
   * On the disk when it resolves. Throws `MESSAGE_ID_CONFLICT`, `OUTBOX_FULL`, `QUOTA_EXCEEDED`,
   * `TARGET_TOO_LARGE` or `TEXT_INVALID`.
   */
  async send(mail: Outgoing): Promise<Sent> {
    if (!mail.text.isWellFormed()) throw textInvalid();
    if (mail.receivers.length > MAX_RECEIVERS) throw tooLarge(mail.receivers.length);
    const messageId = mail.requestId ?? newRequestId();
    const print = printOf(mail);
    const before = mail.requestId && (await this.#sentBefore(mail.requestId, print));
    if (before) return { messageId, rows: before };
    const nowMs = Date.now();
    const items = itemsOf(mail, nowMs);
    const { outbox, ownId } = this.#parts;
    const isHere = ({ receiver }: Item) => equalBytes(receiver.node.nodeId, ownId());
    const away = items.filter((item) => !isHere(item));
    const here = items.filter(isHere);
    using _charge = await this.#charge(mail, away);
    for (const { receiver, letter } of away) {
      await outbox.reserve(toHex(receiver.node.nodeId), letter.length, receiver.node.alias);
    }
    const expireMs = nowMs + (mail.lifetimeMs ?? DEFAULT_LIFETIME_MS);
    const rowOf = (item: Item, state: DeliveryState, refused?: Taken) =>
      sentRecord({
        fingerprint: print,
        fromAgent: mail.from,
        receiverId: item.receiver.node.nodeId,
        toAgent: item.receiver.agent,
        state,
        stateTime: timestampFromMs(nowMs),
        expireTime: timestampFromMs(expireMs),
        ...(refused && { refusal: refusalOf(refused) }),
      });
    const awayRows = away.map((item) => rowOf(item, DeliveryState.QUEUED));
    const writes: Write[] = away.flatMap((item, index) => [
      newRow(messageId, awayRows[index] as SentRecord),
      append(toHex(item.receiver.node.nodeId), outboxRecord(messageId, item.letter, expireMs)),
    ]);
    const hereRows: SentRecord[] = [];
    const beside = (taken: readonly Taken[]): Write[] => {
      hereRows.push(
        ...here.map((item, at) => rowOf(item, taken[at] ? DeliveryState.REFUSED : DeliveryState.DELIVERED, taken[at])),
      );
      return [...writes, ...hereRows.map((row) => newRow(messageId, row))];
    };
    const isNew = await this.#write(
      here.map((item) => ({ ...this.#mailOf(messageId, item, expireMs), ...(mail.sender && { sender: mail.sender }) })),
      writes,
      beside,
    );
    if (!isNew) return { messageId, rows: (await this.#sentBefore(messageId, print)) ?? [] };
    for (const { receiver } of away) this.#parts.wake(toHex(receiver.node.nodeId));
    return { messageId, rows: [...hereRows, ...awayRows] };
  }

  /** Takes what is to wait from the sender's quota, if it has one. */
  async #charge({ sender, from }: Outgoing, away: readonly Item[]): Promise<Disposable | undefined> {
    const quota = sender && away.length > 0 ? this.#parts.quota?.(sender, 'stored_bytes') : undefined;
    if (quota === undefined) return undefined;
    const bytes = away.reduce((sum, { letter }) => sum + letter.length, 0);
    return await this.#waiting.take(from, bytes, quota);
  }

  /** Whether it was written: not if somebody was faster with the same id. */
  async #write(
    here: readonly NewMail[],
    writes: readonly Write[],
    beside: (taken: readonly Taken[]) => Write[],
  ): Promise<boolean> {
    if (here.length === 0) return (await this.#parts.store.write(writes)) !== undefined;
    return (await this.#parts.inboxes.take(here, beside)) !== undefined;
  }

  async #sentBefore(messageId: Uint8Array, print: Uint8Array): Promise<SentRecord[] | undefined> {
    const rows = await this.#parts.deliveries.of(messageId);
    if (rows.some(({ fingerprint }) => !equalBytes(fingerprint, print))) throw idConflict();
    return rows.length > 0 ? rows : undefined;
  }

  #mailOf(messageId: Uint8Array, { words, letter }: Item, expireMs: number): NewMail {
    return { senderId: this.#parts.ownId(), messageId, words, letter, expireMs };
  }
}

function itemsOf({ from, target, receivers, text, priority, replyTo }: Outgoing, nowMs: number): Item[] {
  return receivers.map((receiver) => {
    const words = create(MailWordsSchema, {
      fromAgent: from,
      toAgent: receiver.agent,
      priority,
      text,
      replyTo,
      target,
      createTime: timestampFromMs(nowMs),
    });
    const letter = writeLetter(create(MailLetterSchema, { content: { case: 'words', value: words } }));
    return { receiver, letter, words };
  });
}

function outboxRecord(messageId: Uint8Array, letter: Uint8Array, expireMs: number) {
  return create(OutboxRecordSchema, { messageId, letter, expireTime: timestampFromMs(expireMs) });
}

/** What makes a mail the same: each part with its length before it. */
function printOf({ from, target, text, priority, replyTo, lifetimeMs = 0 }: Outgoing): Uint8Array {
  const hash = createHash('sha256');
  for (const part of [from, target, text, String(priority), toHex(replyTo), String(lifetimeMs)]) {
    hash.update(`${Buffer.byteLength(part)}:${part}`);
  }
  return new Uint8Array(hash.digest());
}

function textInvalid(): LocalError {
  return new LocalError('TEXT_INVALID', 'the text has half a character (a lone surrogate)', {
    help: 'send text that is well-formed Unicode',
  });
}

function tooLarge(count: number): LocalError {
  return new LocalError('TARGET_TOO_LARGE', `${count} nodes; one mail goes to ${MAX_RECEIVERS} at most`, {
    help: 'use a channel: towline channel',
  });
}
