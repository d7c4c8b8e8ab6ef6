/** Takes what other nodes hand over: opens each envelope, puts words into inboxes and receipts to their mail. */
import { create } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { OutboxRecordSchema } from '../../../gen/towline/v1/mail_record_pb.ts';
import {
  type MailEnvelope,
  type MailLetter,
  MailLetterSchema,
  type MailReceipt,
  MailReceiptSchema,
  type MailReceipts,
} from '../../../gen/towline/v1/mail_transfer_pb.ts';
import { type MailVerdict, MailVerdictSchema } from '../../../gen/towline/v1/mail_transfer_service_pb.ts';
import { DeliveryState } from '../../../gen/towline/v1/mailbox_pb.ts';
import { equalBytes, toHex } from '../../base/bytes.ts';
import { LocalError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { newRequestId } from '../../base/request-id.ts';
import type { Write } from '../../store/store.ts';
import type { Deliveries, News } from './delivery.ts';
import { type MailSeal, openEnvelope, readLetter, writeLetter } from './envelope.ts';
import type { Inboxes, NewMail, Taken } from './inbox.ts';
import { DEFAULT_LIFETIME_MS, MAX_LIFETIME_MS } from './limits.ts';
import { append } from './outbox.ts';
import { mailMalformed, refusalOf, senderUnknown } from './problems.ts';

export interface TakerParts {
  readonly seal: MailSeal;
  readonly inboxes: Inboxes;
  readonly deliveries: Deliveries;
  /** The key that a node has now, if the one that it shows is trusted. */
  readonly currentId: (nodeId: Uint8Array) => Uint8Array | undefined;
  /** The keys that it had before and that still count. */
  readonly formerIds: (nodeId: Uint8Array) => readonly Uint8Array[];
  /** There is a letter in the outbox of this node, in hex. */
  readonly wake: (node: string) => void;
  readonly log: Log;
}

/** What a receiver can know. */
const TOLD: readonly DeliveryState[] = [DeliveryState.DELIVERED, DeliveryState.READ, DeliveryState.REFUSED];

/** An envelope that was opened. */
interface Opened {
  readonly envelope: MailEnvelope;
  readonly senderId: Uint8Array;
  readonly letter: MailLetter;
  readonly bytes: Uint8Array;
  readonly expireMs: number;
}

/** Clocks differ: a lifetime may look longer here than it is. */
const CLOCK_SLACK_MS = 2 * 24 * 60 * 60 * 1000;

export class Taker {
  readonly #parts: TakerParts;

  constructor(parts: TakerParts) {
    this.#parts = parts;
  }

  /** One verdict for each envelope. `callerId` is the node that brings them. */
  async take(envelopes: readonly MailEnvelope[], callerId: Uint8Array): Promise<MailVerdict[]> {
    const opened = await Promise.all(envelopes.map((envelope) => this.#tryOpen(envelope, callerId)));
    const verdicts: (LocalError | undefined)[] = opened.map((one) => (one instanceof LocalError ? one : undefined));
    const words: { readonly index: number; readonly mail: NewMail; readonly isCarried: boolean }[] = [];
    for (const [index, one] of opened.entries()) {
      if (one instanceof LocalError) continue;
      const { content } = one.letter;
      if (content.case === 'receipts') await this.#note(one.senderId, content.value);
      if (content.case !== 'words') continue;
      const isCarried = !this.#isSame(one.envelope.senderId, callerId);
      words.push({ index, mail: this.#mailOf(one, content.value), isCarried });
    }
    const told = new Set<string>();
    const beside = (taken: readonly Taken[]): Write[] => {
      const carried = words.flatMap(({ mail, isCarried }, at) => (isCarried ? { mail, refused: taken[at] } : []));
      return this.#tell(carried, told);
    };
    const taken = await this.#parts.inboxes.take(
      words.map(({ mail }) => mail),
      beside,
    );
    for (const node of told) this.#parts.wake(node);
    for (const [at, { index }] of words.entries()) verdicts[index] = taken?.[at];
    return verdicts.map(verdictOf);
  }

  async #tryOpen(envelope: MailEnvelope, callerId: Uint8Array): Promise<Opened | LocalError> {
    try {
      return await this.#open(envelope, callerId);
    } catch (error) {
      if (!(error instanceof LocalError)) throw error;
      this.#parts.log.warn('mail was refused', { reason: error.reason, from: toHex(envelope.senderId).slice(0, 16) });
      return error;
    }
  }

  async #open(envelope: MailEnvelope, callerId: Uint8Array): Promise<Opened> {
    const expireMs = envelope.expireTime ? timestampMs(envelope.expireTime) : 0;
    if (expireMs <= Date.now()) throw expired();
    // Its id is remembered until then.
    if (expireMs > Date.now() + MAX_LIFETIME_MS + CLOCK_SLACK_MS) throw mailMalformed('it never expires');
    const senderId = this.#parts.currentId(envelope.senderId);
    if (!senderId) throw senderUnknown();
    const isFromSender = this.#isSame(envelope.senderId, callerId);
    const bytes = await openEnvelope(this.#parts.seal, envelope, isFromSender);
    return { envelope, senderId, letter: readLetter(bytes), bytes, expireMs };
  }

  /** Whether two keys are those of one node, which may have changed its key. */
  #isSame(left: Uint8Array, right: Uint8Array): boolean {
    if (equalBytes(left, right)) return true;
    const [one, other] = [this.#parts.currentId(left), this.#parts.currentId(right)];
    return one !== undefined && other !== undefined && equalBytes(one, other);
  }

  #mailOf({ envelope, senderId, bytes, expireMs }: Opened, words: NewMail['words']): NewMail {
    const formerIds = this.#parts.formerIds(senderId);
    return { senderId, formerIds, messageId: envelope.messageId, words, letter: bytes, expireMs };
  }

  /**
   * Who brought mail of others cannot be believed on what became of it: their senders are told by a sealed letter. Not of
   * what could not be opened: a hub that breaks seals would have their senders give up.
   */
  #tell(all: readonly { mail: Pick<NewMail, 'senderId' | 'messageId'>; refused: Taken }[], told: Set<string>): Write[] {
    const bySender = Map.groupBy(all, ({ mail }) => toHex(mail.senderId));
    return [...bySender].map(([node, mails]) => {
      told.add(node);
      return receiptsTo(
        node,
        mails.map(({ mail: { messageId }, refused }) => receiptOf(messageId, refused)),
      );
    });
  }

  /** A receipt counts for mail to the node that it comes from, and for no other. */
  async #note(senderId: Uint8Array, { receipts }: MailReceipts): Promise<void> {
    const ids = [senderId, ...this.#parts.formerIds(senderId)];
    const news: News[] = [];
    for (const { messageId, state, time, refusal } of receipts) {
      if (!TOLD.includes(state)) continue;
      const timeMs = time ? timestampMs(time) : Date.now();
      for (const receiverId of ids) news.push({ messageId, receiverId, state, timeMs, ...(refusal && { refusal }) });
    }
    await this.#parts.deliveries.note(news);
    for (const id of ids) this.#parts.wake(toHex(id));
  }
}

/** A letter to a node, in hex, that says what became of its mail. */
export function receiptsTo(node: string, receipts: readonly MailReceipt[]): Write {
  const value = { receipts: [...receipts] };
  const letter = writeLetter(create(MailLetterSchema, { content: { case: 'receipts', value } }));
  return append(
    node,
    create(OutboxRecordSchema, {
      messageId: newRequestId(),
      letter,
      expireTime: timestampFromMs(Date.now() + DEFAULT_LIFETIME_MS),
      isReceipt: true,
    }),
  );
}

function receiptOf(messageId: Uint8Array, refused: Taken): MailReceipt {
  const time = timestampFromMs(Date.now());
  if (!refused) return create(MailReceiptSchema, { messageId, state: DeliveryState.DELIVERED, time });
  return create(MailReceiptSchema, { messageId, state: DeliveryState.REFUSED, time, refusal: refusalOf(refused) });
}

function verdictOf(refused: LocalError | undefined): MailVerdict {
  return create(MailVerdictSchema, refused && { refusal: refusalOf(refused) });
}

function expired(): LocalError {
  return new LocalError('MAIL_EXPIRED', 'it expired before it was delivered', {
    help: 'send it again, with a longer --expires',
  });
}
