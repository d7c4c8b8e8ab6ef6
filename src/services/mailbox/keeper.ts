/**
 * What a hub does for its peers: keeps sealed letters for those that are away, and hands them over when they have a link.
 * It reads envelopes, never letters. One log for each sender and receiver: one sender cannot use up another's room, and
 * the order of each stays.
 */

import { timestampMs } from '@bufbuild/protobuf/wkt';
import { type MailEnvelope, MailEnvelopeSchema } from '../../../gen/towline/v1/mail_transfer_pb.ts';
import { fullJitter } from '../../base/backoff.ts';
import { fromHex, toHex } from '../../base/bytes.ts';
import { LocalError, messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { decodeMessage } from '../../rpc/link-decode.ts';
import { encodeMessage } from '../../rpc/link-encode.ts';
import type { LogEntry, Store, Write } from '../../store/store.ts';
import type { Transfer } from './courier.ts';
import { InTurn } from './in-turn.ts';
import { KEPT, keptFor, keptLog } from './keys.ts';
import {
  BATCH_BYTES,
  BATCH_COUNT,
  CALL_MS,
  MAX_KEPT_BYTES,
  MAX_KEPT_COUNT,
  RETRY_BASE_MS,
  RETRY_CAP_MS,
} from './limits.ts';
import { tooMuchKept } from './problems.ts';

export interface KeeperParts {
  readonly store: Store;
  /** The key that a node has now, if it is trusted. */
  readonly currentId: (nodeId: Uint8Array) => Uint8Array | undefined;
  readonly isLinked: (nodeId: Uint8Array) => boolean;
  readonly to: (nodeId: Uint8Array) => Transfer;
  readonly log: Log;
}

/** What became of letters that were to be kept. */
export interface KeptOutcome {
  /** So many, from the first on, are on the disk. */
  readonly count: number;
  /** Why not the next one. */
  readonly refusal: LocalError | undefined;
}

const pause = { baseMs: RETRY_BASE_MS, capMs: RETRY_CAP_MS };

export class Keeper {
  readonly #parts: KeeperParts;
  /** Receivers, in hex, that are being handed mail; true if more came meanwhile. */
  readonly #running = new Map<string, boolean>();
  readonly #turn = new InTurn();
  #isClosed = false;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /**
   * Keeps letters of one sender for one receiver, from the first on. `quota` is how many bytes of the sender may wait for
   * all receivers together.
   */
  async keep(
    senderId: Uint8Array,
    receiverId: Uint8Array,
    envelopes: readonly MailEnvelope[],
    quota?: number,
  ): Promise<KeptOutcome> {
    const outcome = await this.#turn.run(() => this.#append(senderId, receiverId, envelopes, quota));
    this.handOver(receiverId);
    return outcome;
  }

  async #append(
    senderId: Uint8Array,
    receiverId: Uint8Array,
    envelopes: readonly MailEnvelope[],
    quota: number | undefined,
  ): Promise<KeptOutcome> {
    const { store } = this.#parts;
    const log = keptLog(toHex(receiverId), toHex(senderId));
    const { count, bytes } = await store.log(log).extent();
    const ofSender = quota === undefined ? 0 : await this.#bytesOf(senderId);
    const writes: Write[] = [];
    let coming = 0;
    let refusal: LocalError | undefined;
    for (const envelope of envelopes) {
      const value = encodeMessage(MailEnvelopeSchema, envelope);
      coming += value.length;
      if (count + writes.length >= MAX_KEPT_COUNT || bytes + coming > MAX_KEPT_BYTES) refusal = keepFull();
      else if (quota !== undefined && ofSender + coming > quota) refusal = tooMuchKept(quota);
      if (refusal) break;
      writes.push({ op: 'append', log, value });
    }
    if (writes.length > 0) await store.write(writes);
    return { count: writes.length, refusal };
  }

  /** What waits here of a sender, for all receivers. */
  async #bytesOf(senderId: Uint8Array): Promise<number> {
    const { store } = this.#parts;
    const logs = (await store.logs(KEPT)).filter((log) => log.endsWith(`/${toHex(senderId)}`));
    const extents = await Promise.all(logs.map((log) => store.log(log).extent()));
    return extents.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The receiver may have a link now. */
  handOver(receiverId: Uint8Array): void {
    const node = toHex(receiverId);
    const isRunning = this.#running.has(node);
    this.#running.set(node, true);
    if (isRunning || this.#isClosed) return;
    this.#run(node)
      .catch((error: unknown) => this.#parts.log.warn('kept mail was not handed over', { error: messageOf(error) }))
      .finally(() => this.#running.delete(node));
  }

  close(): void {
    this.#isClosed = true;
  }

  async #run(node: string): Promise<void> {
    while (this.#running.get(node) && !this.#isClosed) {
      this.#running.set(node, false);
      for (const log of await this.#parts.store.logs(keptFor(node))) await this.#handOverLog(node, log);
    }
  }

  async #handOverLog(node: string, log: string): Promise<void> {
    const { store, isLinked, currentId, to } = this.#parts;
    for (let attempt = 0; !this.#isClosed; ) {
      const receiver = currentId(fromHex(node));
      if (!receiver || !isLinked(receiver)) return;
      const entries = await store.log(log).read({ limit: BATCH_COUNT, maxBytes: BATCH_BYTES });
      const last = entries.at(-1);
      if (!last) return this.#dropEmpty(log);
      const envelopes = entries.map(envelopeIn).filter(isFresh);
      try {
        if (envelopes.length > 0) await to(receiver).deliverMail({ envelopes }, { timeoutMs: CALL_MS });
        // Taken or refused: its receiver has told the sender, sealed.
        await store.log(log).trim(last.cursor);
        attempt = 0;
      } catch (error) {
        this.#parts.log.info('kept mail waits', { error: messageOf(error) });
        if (attempt >= 5) return;
        await new Promise((resolve) => setTimeout(resolve, fullJitter(attempt++, pause)).unref());
      }
    }
  }

  /** Not while something is put into it. */
  #dropEmpty(log: string): Promise<void> {
    const { store } = this.#parts;
    return this.#turn.run(async () => {
      if ((await store.log(log).extent()).count === 0) await store.dropLog(log);
    });
  }

  /** Forgets what has expired, where nothing that has not stands before it. */
  async sweep(nowMs: number): Promise<void> {
    const { store } = this.#parts;
    for (const name of await store.logs(KEPT)) {
      const entries = await store.log(name).read();
      const firstFresh = entries.findIndex((entry) => expireMsOf(envelopeIn(entry)) > nowMs);
      const over = entries.slice(0, firstFresh === -1 ? undefined : firstFresh).at(-1);
      if (over) await store.log(name).trim(over.cursor);
    }
  }
}

function keepFull(): LocalError {
  return new LocalError('KEEP_FULL', 'the hub keeps as much of your mail for this receiver as it may', {
    help: 'the mail waits on your node, which goes on trying',
  });
}

function envelopeIn({ value }: LogEntry): MailEnvelope {
  return decodeMessage(MailEnvelopeSchema, value);
}

function isFresh(envelope: MailEnvelope): boolean {
  return expireMsOf(envelope) > Date.now();
}

function expireMsOf({ expireTime }: MailEnvelope): number {
  return expireTime ? timestampMs(expireTime) : 0;
}
