/** Approvals on disk: those that wait, so that a restart finds them, and the last ones that have ended. */
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Approval, ApprovalSchema, ApprovalState } from '../../../gen/towline/v1/approval_pb.ts';
import { toHex } from '../../base/bytes.ts';
import type { KeyedTable } from '../../store/store.ts';
import { KEPT_VIEW_BYTES, MAX_HISTORY, MAX_PENDING } from './limits.ts';
import { cutText } from './view.ts';

const READ_ROWS = MAX_HISTORY + MAX_PENDING;

export class ApprovalHistory {
  readonly #table: KeyedTable;
  /** In the order of time, as the ids are. */
  #ids: string[] = [];

  private constructor(table: KeyedTable) {
    this.#table = table;
  }

  /** Whoever waited for what an earlier process left open is gone: that was a no. */
  static async open(table: KeyedTable, nowMs: number): Promise<ApprovalHistory> {
    const history = new ApprovalHistory(table);
    const rows = await table.list({ limit: READ_ROWS });
    history.#ids = rows.map(({ key }) => key);
    for (const { value } of rows) {
      const approval = fromBinary(ApprovalSchema, value);
      if (approval.state !== ApprovalState.PENDING && approval.state !== ApprovalState.GRANTED) continue;
      const state = ApprovalState.DENIED;
      await history.keep(Object.assign(approval, { state, reason: 'NODE_STOPPED', endTime: timestampFromMs(nowMs) }));
    }
    return history;
  }

  /** Resolves when it is on disk. */
  async keep(approval: Approval): Promise<void> {
    const id = toHex(approval.approvalId);
    await this.#table.put(id, toBinary(ApprovalSchema, keptOf(approval)));
    if (!this.#ids.includes(id)) this.#insert(id);
    while (this.#ids.length > MAX_HISTORY) await this.#table.delete(this.#ids.shift() ?? '');
  }

  async get(id: string): Promise<Approval | undefined> {
    const row = await this.#table.get(id);
    return row && fromBinary(ApprovalSchema, row.value);
  }

  /** Ids before that one, the newest first. */
  idsBefore(id: string | undefined, limit: number): string[] {
    const end = id === undefined ? this.#ids.length : this.#placeOf(id);
    return this.#ids.slice(Math.max(0, end - limit), end).reverse();
  }

  #insert(id: string): void {
    this.#ids.splice(this.#placeOf(id), 0, id);
  }

  /** Where the id stands, or would. New ones come last, unless the clock was set back. */
  #placeOf(id: string): number {
    let place = this.#ids.length;
    while (place > 0 && (this.#ids[place - 1] ?? '') >= id) place--;
    return place;
  }
}

/** What has ended needs no long view any more. */
function keptOf(approval: Approval): Approval {
  if (approval.state === ApprovalState.PENDING) return approval;
  const text = cutText(approval.argumentsText, KEPT_VIEW_BYTES);
  const argumentsTruncated = approval.argumentsTruncated || text.length < approval.argumentsText.length;
  return { ...approval, argumentsText: text, argumentsTruncated };
}
