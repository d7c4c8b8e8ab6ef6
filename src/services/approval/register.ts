/** The approvals that wait, and the last that have ended: in memory, for those who ask, decide and watch. */
import type { Approval, ApprovalState } from '../../../gen/towline/v1/approval_pb.ts';
import { toHex } from '../../base/bytes.ts';
import type { Reason } from './ask.ts';
import { sourceOf } from './asker.ts';
import { MAX_PENDING, MAX_PENDING_PER_ASKER, MAX_RECENT } from './limits.ts';
import type { PendingApproval } from './pending.ts';

export class Register {
  readonly #byBinding = new Map<string, PendingApproval>();
  /** Those that people have been told of, and that have not ended. */
  readonly #open = new Map<string, PendingApproval>();
  readonly #recent = new Map<string, Approval>();

  /** The one that waits for the very same. */
  sameAs({ binding }: Approval): PendingApproval | undefined {
    return this.#byBinding.get(toHex(binding));
  }

  /** Whether this asker may have one more waiting. */
  hasRoom(source: string): boolean {
    const own = this.all().filter(({ approval }) => approval.asker && sourceOf(approval.asker) === source);
    return this.#byBinding.size < MAX_PENDING && own.length < MAX_PENDING_PER_ASKER;
  }

  /** From now on the same question is the same approval. */
  add(pending: PendingApproval): void {
    this.#byBinding.set(toHex(pending.approval.binding), pending);
  }

  /** From now on people know of it. Returns its id, in hex. */
  show(pending: PendingApproval): string {
    const id = toHex(pending.approval.approvalId);
    this.#open.set(id, pending);
    return id;
  }

  /** Those that people know of and that wait, by id; the oldest first. */
  shown(): [string, PendingApproval][] {
    return [...this.#open].filter(([, pending]) => pending.isPending);
  }

  /** All that have not ended. */
  all(): PendingApproval[] {
    return [...this.#byBinding.values()];
  }

  get(id: string): PendingApproval | undefined {
    return this.#open.get(id);
  }

  /** One that waits, or has just ended. */
  known(id: string): Approval | undefined {
    return this.#open.get(id)?.approval ?? this.#recent.get(id);
  }

  /** Nobody decides it from now on; the same question is another approval. */
  end(pending: PendingApproval, state: ApprovalState, reason: Reason, nowMs: number): void {
    const { approval } = pending;
    const id = toHex(approval.approvalId);
    pending.end(state, reason, nowMs);
    if (this.sameAs(approval) === pending) this.#byBinding.delete(toHex(approval.binding));
    this.#open.delete(id);
    this.#recent.set(id, approval);
    for (const [oldest] of this.#recent) {
      if (this.#recent.size <= MAX_RECENT) break;
      this.#recent.delete(oldest);
    }
  }
}
