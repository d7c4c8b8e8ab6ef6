/**
 * Brings the letters of one outbox to their node: over its link while there is one, dialed if need be; else to the hub,
 * which keeps them sealed. What the hub has stays in the outbox until the receiver's word: a hub that loses its disk loses
 * no mail. The receiver takes each letter once, whoever brings it, and both bring them in order.
 */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { Client } from '@connectrpc/connect';
import { AtHubRecordSchema } from '../../../gen/towline/v1/mail_record_pb.ts';
import type { MailEnvelope } from '../../../gen/towline/v1/mail_transfer_pb.ts';
import type { MailTransferService, MailVerdict } from '../../../gen/towline/v1/mail_transfer_service_pb.ts';
import { DeliveryState } from '../../../gen/towline/v1/mailbox_pb.ts';
import { fullJitter } from '../../base/backoff.ts';
import { equalBytes, fromHex, toHex } from '../../base/bytes.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Store, Write } from '../../store/store.ts';
import { type Deliveries, isSettled, type News } from './delivery.ts';
import { boundTo, envelopeOf, type MailSeal } from './envelope.ts';
import { AT_HUB } from './keys.ts';
import { CALL_MS, RETRY_BASE_MS, RETRY_CAP_MS } from './limits.ts';
import { type Outbox, trim, type Waiting } from './outbox.ts';
import { Waiter } from './waiter.ts';

export type Transfer = Pick<Client<typeof MailTransferService>, 'deliverMail' | 'keepMail'>;

/** How letters leave this node. */
export interface Ways {
  /** This node's key now. */
  ownId(): Uint8Array;
  /** The key that a node has now, if it is trusted; `undefined` if not any more. */
  currentId(nodeId: Uint8Array): Uint8Array | undefined;
  isLinked(nodeId: Uint8Array): boolean;
  /** Dials if there is no link. */
  to(nodeId: Uint8Array): Transfer;
  /** Who keeps mail for those that are away; `undefined` if nobody does, or this node itself. */
  hub(): Hub | undefined;
}

export interface Hub {
  readonly nodeId: Uint8Array;
  readonly transfer: Transfer;
}

export interface CourierParts {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly deliveries: Deliveries;
  readonly seal: MailSeal;
  readonly ways: Ways;
  readonly log: Log;
}

/** Which letters a hub has. */
interface AtHub {
  readonly hub: string;
  readonly cursor: number;
}

const pause = { baseMs: RETRY_BASE_MS, capMs: RETRY_CAP_MS };
const { DELIVERED, EXPIRED, REFUSED, STORED_AT_HUB } = DeliveryState;

export class Courier {
  /** Why the last attempt failed. Empty if it did not. */
  lastError = '';
  readonly #node: string;
  readonly #receiverId: Uint8Array;
  readonly #parts: CourierParts;
  readonly #waiter = new Waiter();
  #attempt = 0;
  /** When to try again, by a clock that nobody sets: set back by a day, the other one would mean a day's wait. */
  #retryMs = 0;
  #hubRetryMs = 0;
  #atHub: AtHub | undefined;
  #isClosed = false;
  #isRunning = false;

  /** `node`: the key that the letters were accepted for, in hex. */
  constructor(node: string, parts: CourierParts) {
    this.#node = node;
    this.#receiverId = fromHex(node);
    this.#parts = parts;
  }

  /** There is a new letter, or news of an old one. */
  wake(): void {
    this.#waiter.call();
    if (this.#isRunning || this.#isClosed) return;
    this.#isRunning = true;
    this.#run()
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#isRunning = false;
      });
  }

  /** The node has a link, or the hub has: whatever was waited for, try now. */
  hurry(): void {
    this.#attempt = 0;
    this.#retryMs = 0;
    this.#hubRetryMs = 0;
    this.wake();
  }

  close(): void {
    this.#isClosed = true;
    this.#waiter.call();
  }

  /** The disk fails: what is in the outbox stays there, and the next call begins anew. */
  #failed(error: unknown): void {
    if (this.#isClosed) return;
    this.lastError = messageOf(error);
    this.#parts.log.error('mail is not sent', { error: this.lastError });
    setTimeout(() => this.wake(), RETRY_BASE_MS).unref();
  }

  /** Until the outbox is empty. */
  async #run(): Promise<void> {
    while (!this.#isClosed) {
      const waiting = await this.#live();
      if (waiting === undefined) continue;
      if (waiting.length === 0) return;
      if (this.#mayTry() && (await this.#deliver(waiting))) continue;
      await this.#keepAtHub();
      const lifeMs = Math.min(...waiting.map(({ expireMs }) => expireMs)) - Date.now();
      await this.#waiter.pause(Math.min(this.#nextTryMs() - performance.now(), lifeMs));
    }
  }

  /** A node that is trusted no longer is tried when that has changed. */
  #nextTryMs(): number {
    const { ways } = this.#parts;
    const direct = ways.currentId(this.#receiverId) ? this.#retryMs : Number.POSITIVE_INFINITY;
    return Math.min(direct, this.#hubRetryMs || Number.POSITIVE_INFINITY);
  }

  /** The first letters that are still to be delivered; `undefined` if there were only others, which are gone now. */
  async #live(): Promise<Waiting[] | undefined> {
    const { outbox, deliveries } = this.#parts;
    const letters = await outbox.read(this.#node, 0);
    const expired: News[] = [];
    const live: Waiting[] = [];
    for (const letter of letters) {
      if (letter.expireMs <= Date.now()) expired.push(this.#news(letter, EXPIRED));
      else if (!(await this.#isOver(letter))) live.push(letter);
    }
    const before = live[0] ? live[0].cursor - 1 : letters.at(-1)?.cursor;
    const isTrimmed = before !== undefined && before >= (letters[0]?.cursor ?? Number.POSITIVE_INFINITY);
    if (isTrimmed || expired.length > 0) {
      await deliveries.note(expired, isTrimmed ? [trim(this.#node, before)] : []);
    }
    return live.length === 0 && letters.length > 0 ? undefined : live;
  }

  /** Whether the receiver has said what became of a letter that the hub has. */
  async #isOver({ cursor, messageId, isReceipt }: Waiting): Promise<boolean> {
    if (cursor > (await this.#hubCursor())) return false;
    // Nobody answers a receipt, and nobody waits for it: that the hub has it is enough.
    if (isReceipt) return true;
    const row = await this.#parts.deliveries.get(messageId, this.#receiverId);
    return !row || isSettled(row.state) || row.state === REFUSED;
  }

  #mayTry(): boolean {
    const receiver = this.#parts.ways.currentId(this.#receiverId);
    return receiver !== undefined && (this.#retryMs <= performance.now() || this.#parts.ways.isLinked(receiver));
  }

  /** Whether the letters were handed over, and settled. */
  async #deliver(letters: readonly Waiting[]): Promise<boolean> {
    const { ways, deliveries, log } = this.#parts;
    const receiver = ways.currentId(this.#receiverId);
    if (!receiver) return false;
    let verdicts: MailVerdict[];
    try {
      const envelopes = await this.#seal(letters, receiver);
      ({ verdicts } = await ways.to(receiver).deliverMail({ envelopes }, { timeoutMs: CALL_MS }));
    } catch (error) {
      this.lastError = messageOf(error);
      this.#retryMs = performance.now() + RETRY_BASE_MS / 4 + fullJitter(this.#attempt++, pause);
      log.debug('mail waits', { node: this.#node.slice(0, 16), error: this.lastError });
      return false;
    }
    this.#attempt = 0;
    this.#retryMs = 0;
    this.lastError = '';
    const news = letters.flatMap((letter, index) => this.#verdict(letter, verdicts[index]));
    await deliveries.note(news, [trim(this.#node, letters.at(-1)?.cursor ?? 0)]);
    return true;
  }

  #verdict(letter: Waiting, verdict: MailVerdict | undefined): News | [] {
    if (letter.isReceipt) return [];
    const refusal = verdict?.refusal;
    if (!refusal) return this.#news(letter, DELIVERED);
    if (refusal.reason === 'MAIL_EXPIRED') return this.#news(letter, EXPIRED);
    return { ...this.#news(letter, REFUSED), refusal };
  }

  #news({ messageId }: Waiting, state: DeliveryState): News {
    return { messageId, receiverId: this.#receiverId, state, timeMs: Date.now() };
  }

  async #seal(letters: readonly Waiting[], receiverId: Uint8Array): Promise<MailEnvelope[]> {
    const { seal, ways } = this.#parts;
    const context = await seal.to(receiverId);
    const senderId = ways.ownId();
    return letters.map(({ messageId, expireMs, letter }) => {
      const heading = { senderId, receiverId, messageId, expireMs };
      return envelopeOf(heading, context.seal(letter, boundTo(heading)));
    });
  }

  /** Gives the hub, if there is one, what it does not have yet. */
  async #keepAtHub(): Promise<void> {
    for (;;) {
      const hub = this.#parts.ways.hub();
      const receiver = this.#parts.ways.currentId(this.#receiverId);
      if (!hub || !receiver || equalBytes(hub.nodeId, receiver) || this.#hubRetryMs > performance.now()) return;
      const letters = await this.#parts.outbox.read(this.#node, await this.#hubCursor());
      if (letters.length === 0 || !(await this.#keep(hub, receiver, letters))) return;
    }
  }

  /** Whether the hub has taken all. */
  async #keep(hub: Hub, receiver: Uint8Array, letters: readonly Waiting[]): Promise<boolean> {
    const fresh = letters.filter(({ expireMs }) => expireMs > Date.now());
    try {
      const kept = await this.#askHub(hub, receiver, fresh);
      const last = kept === fresh.length ? letters.at(-1) : fresh[kept - 1];
      if (last) await this.#noteKept({ hub: toHex(hub.nodeId), cursor: last.cursor }, fresh.slice(0, kept));
      return kept === fresh.length;
    } catch (error) {
      this.lastError = [this.lastError, `the hub: ${messageOf(error)}`].filter((text) => text !== '').join('; ');
      this.#hubRetryMs = performance.now() + RETRY_BASE_MS + fullJitter(4, pause);
      return false;
    }
  }

  /** How many of the letters, from the first on, the hub has taken. */
  async #askHub({ transfer }: Hub, receiver: Uint8Array, letters: readonly Waiting[]): Promise<number> {
    if (letters.length === 0) return 0;
    const envelopes = await this.#seal(letters, receiver);
    const { keptCount, refusal } = await transfer.keepMail({ envelopes }, { timeoutMs: CALL_MS });
    this.#hubRetryMs = refusal ? performance.now() + RETRY_CAP_MS : 0;
    if (refusal) this.lastError = refusal.message;
    return keptCount;
  }

  async #noteKept(atHub: AtHub, letters: readonly Waiting[]): Promise<void> {
    const news = letters.flatMap((letter) => (letter.isReceipt ? [] : this.#news(letter, STORED_AT_HUB)));
    await this.#parts.deliveries.note(news, [this.#hubRow(atHub)]);
    this.#atHub = atHub;
  }

  /** Up to where the hub of now has the letters. */
  async #hubCursor(): Promise<number> {
    this.#atHub ??= await this.#readAtHub();
    const hub = this.#parts.ways.hub();
    return hub && toHex(hub.nodeId) === this.#atHub.hub ? this.#atHub.cursor : 0;
  }

  async #readAtHub(): Promise<AtHub> {
    const row = await this.#parts.store.table(AT_HUB).get(this.#node);
    if (!row) return { hub: '', cursor: 0 };
    const { hubId, cursor } = fromBinary(AtHubRecordSchema, row.value);
    return { hub: toHex(hubId), cursor: Number(cursor) };
  }

  #hubRow(atHub: AtHub): Write {
    const record = create(AtHubRecordSchema, { hubId: fromHex(atHub.hub), cursor: BigInt(atHub.cursor) });
    const value = toBinary(AtHubRecordSchema, record);
    return { op: 'put', table: AT_HUB, key: this.#node, value };
  }
}
