/** Letters on their way, on this node's disk: one log for each node that they are for, in the order of acceptance. */

import { timestampMs } from '@bufbuild/protobuf/wkt';
import { type OutboxRecord, OutboxRecordSchema } from '../../../gen/towline/v1/mail_record_pb.ts';
import { decodeMessage } from '../../rpc/link-decode.ts';
import { encodeMessage } from '../../rpc/link-encode.ts';
import type { Store, Write } from '../../store/store.ts';
import { OUTBOXES, outboxLog } from './keys.ts';
import { BATCH_BYTES, BATCH_COUNT, MAX_OUTBOX_BYTES, MAX_OUTBOX_COUNT } from './limits.ts';
import { outboxFull } from './problems.ts';

/** A letter that waits. */
export interface Waiting {
  readonly cursor: number;
  readonly messageId: Uint8Array;
  readonly letter: Uint8Array;
  readonly expireMs: number;
  readonly isReceipt: boolean;
}

interface Fill {
  count: number;
  bytes: number;
}

export class Outbox {
  readonly #store: Store;
  /** At least as much as there is: what was handed over since is not taken off. */
  readonly #fills = new Map<string, Fill>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The nodes, in hex, that something waits for. */
  async nodes(): Promise<string[]> {
    const names = await this.#store.logs(OUTBOXES);
    const extents = await Promise.all(names.map((name) => this.#store.log(name).extent()));
    return names.filter((_, index) => extents[index]?.count).map((name) => name.slice(OUTBOXES.length));
  }

  /** Makes sure that there is room for one more letter. Throws `OUTBOX_FULL`, which names the alias. */
  async reserve(node: string, bytes: number, alias: string): Promise<void> {
    const fits = ({ count, bytes: held }: Fill) => count < MAX_OUTBOX_COUNT && held + bytes <= MAX_OUTBOX_BYTES;
    let fill = this.#fills.get(node);
    if (!fill || !fits(fill)) {
      const { count, bytes: held } = await this.#store.log(outboxLog(node)).extent();
      fill = { count, bytes: held };
      this.#fills.set(node, fill);
    }
    if (!fits(fill)) throw outboxFull(alias);
    fill.count++;
    fill.bytes += bytes;
  }

  /** The letters after a cursor that fit into one call; one, however large. */
  async read(node: string, after: number): Promise<Waiting[]> {
    const options = { after, limit: BATCH_COUNT, maxBytes: BATCH_BYTES };
    const entries = await this.#store.log(outboxLog(node)).read(options);
    return entries.map(({ cursor, value }) => {
      const { messageId, letter, expireTime, isReceipt } = decodeMessage(OutboxRecordSchema, value);
      return { cursor, messageId, letter, expireMs: expireTime ? timestampMs(expireTime) : 0, isReceipt };
    });
  }
}

export function append(node: string, record: OutboxRecord): Write {
  return { op: 'append', log: outboxLog(node), value: encodeMessage(OutboxRecordSchema, record) };
}

export function trim(node: string, cursor: number): Write {
  return { op: 'trim', log: outboxLog(node), cursor };
}
