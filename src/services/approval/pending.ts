/** An approval whose asker waits. No disk, no peers: states, clocks, and who is told. */
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Approval, ApprovalState, type ApprovalVote } from '../../../gen/towline/v1/approval_pb.ts';
import { reasonOf } from '../../rpc/failure.ts';
import { isSameDecider } from './approvers.ts';
import type { AskOptions, Decision, Reason } from './ask.ts';
import { MAX_VOTES, MAX_WAITERS, PROGRESS_MS } from './limits.ts';

/** A call that waits. */
interface Waiter {
  readonly resolve: (decision: Decision) => void;
  /** Stops its timer and its watch of the signal. */
  readonly release: () => void;
}

export interface PendingOptions {
  readonly approval: Approval;
  readonly waitMs: number;
  /** The wait is over. */
  readonly onExpire: () => void;
  /** The last asker went. */
  readonly onAbandon: (reason: Reason) => void;
}

export class PendingApproval {
  readonly approval: Approval;
  readonly #options: PendingOptions;
  readonly #waiters = new Set<Waiter>();
  /** On the clock that nobody sets. */
  readonly #startedMs = performance.now();
  readonly #expiry: NodeJS.Timeout;

  constructor(options: PendingOptions) {
    this.approval = options.approval;
    this.#options = options;
    this.#expiry = setTimeout(options.onExpire, options.waitMs).unref();
  }

  get isPending(): boolean {
    return this.approval.state === ApprovalState.PENDING;
  }

  get remainingMs(): number {
    return this.isPending ? Math.max(0, Math.ceil(this.#options.waitMs - this.#waitedMs)) : 0;
  }

  /** Waits for the decision. A signal that aborts is a no, at once. */
  join({ signal, onProgress }: AskOptions): Promise<Decision> {
    const { promise, resolve } = Promise.withResolvers<Decision>();
    if (this.#waiters.size >= MAX_WAITERS) return Promise.resolve(this.#decision(false, 'TOO_MANY_APPROVALS'));
    const tell = () => onProgress?.({ ...this.#waiting, waitedMs: Math.round(this.#waitedMs) });
    const progress = setInterval(tell, PROGRESS_MS).unref();
    const leave = () => this.#leave(waiter, goneBecause(signal));
    const release = () => {
      clearInterval(progress);
      signal.removeEventListener('abort', leave);
    };
    const waiter: Waiter = { resolve, release };
    this.#waiters.add(waiter);
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
    else tell();
    return promise;
  }

  /** Replaces what the same person said before. Returns whether there was room. */
  vote(vote: ApprovalVote): boolean {
    const { votes } = this.approval;
    const { decider } = vote;
    const place = votes.findIndex((one) => one.decider && decider && isSameDecider(one.decider, decider));
    if (place !== -1) votes[place] = vote;
    else if (votes.length < MAX_VOTES) votes.push(vote);
    else return false;
    return true;
  }

  /** Ends the wait; who waits is not told yet. */
  end(state: ApprovalState, reason: Reason, nowMs: number): void {
    clearTimeout(this.#expiry);
    Object.assign(this.approval, { state, reason, endTime: timestampFromMs(nowMs) });
  }

  /** Tells all who wait that it is a no. */
  deny(reason: Reason): void {
    for (const waiter of [...this.#waiters]) this.#settle(waiter, this.#decision(false, reason));
  }

  /** Lets the one call run that waited longest, and no other. Returns whether one was left. */
  letOneRun(): boolean {
    const [first] = this.#waiters;
    if (!first) return false;
    this.#settle(first, this.#decision(true, 'APPROVED'));
    this.deny('APPROVAL_USED');
    return true;
  }

  get #waitedMs(): number {
    return performance.now() - this.#startedMs;
  }

  get #waiting() {
    return { approvalId: this.approval.approvalId, waitMs: this.#options.waitMs };
  }

  #leave(waiter: Waiter, reason: Reason): void {
    this.#settle(waiter, this.#decision(false, reason));
    if (this.#waiters.size === 0 && this.isPending) this.#options.onAbandon(reason);
  }

  #settle(waiter: Waiter, decision: Decision): void {
    waiter.release();
    this.#waiters.delete(waiter);
    waiter.resolve(decision);
  }

  #decision(granted: boolean, reason: Reason): Decision {
    const { approvalId, votes } = this.approval;
    const wanted = granted ? ['approve', 'always'] : ['deny'];
    const said = votes.filter(({ decision }) => wanted.includes(decision?.answer.case ?? ''));
    const isDecided = reason === 'APPROVED' || reason === 'DENIED';
    const answer = said[0]?.decision?.answer;
    return {
      granted,
      reason,
      approvalId,
      decidedBy: isDecided ? said.map(({ decider }) => decider?.name ?? '') : [],
      comment: answer?.case === 'deny' ? answer.value.comment : '',
    };
  }
}

/** Why an asker is not there any more. */
export function goneBecause(signal: AbortSignal): Reason {
  return reasonOf(signal.reason) === 'LINK_LOST' ? 'LINK_LOST' : 'CANCELED';
}
