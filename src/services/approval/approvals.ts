/**
 * The questions of this node: raised once for each binding, decided by people who are not the asker, and used once.
 * Everything that can go wrong on the way is a no.
 */
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  type Approval,
  type ApprovalAsker,
  type ApprovalDecider,
  type ApprovalDecision,
  ApprovalState,
  ApprovalVoteSchema,
  type Grant,
} from '../../../gen/towline/v1/approval_pb.ts';
import { Broadcast } from '../../base/broadcast.ts';
import { equalBytes, toHex } from '../../base/bytes.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { KeyedTable } from '../../store/store.ts';
import { type Approvers, isOwn, isSameDecider, SELF } from './approvers.ts';
import type { AskHuman, AskOptions, Decision, Question, Reason } from './ask.ts';
import { sourceOf } from './asker.ts';
import { draftOf } from './draft.ts';
import type { Grants } from './grants.ts';
import { ApprovalHistory } from './history.ts';
import { goneBecause, PendingApproval } from './pending.ts';
import { approvalMismatch, approvalOver, approvalUnknown, notApprover, notKept, ownApproval } from './problems.ts';
import { Register } from './register.ts';

/** What is told to whoever keeps a record. A question that cannot be recorded is denied. */
export type Record = (
  event:
    | { readonly kind: 'approval'; readonly approval: Approval }
    | { readonly kind: 'grant'; readonly step: 'created' | 'revoked'; readonly grant: Grant },
) => Promise<void>;

export interface ApprovalsOptions {
  readonly table: KeyedTable;
  readonly grants: Grants;
  readonly approvers: Approvers;
  /** The key of this node. */
  readonly nodeId: () => Uint8Array;
  /** The version of the policy in force; what was asked under another is withdrawn. */
  readonly policyVersion?: () => string;
  /** Someone with one of these keys should look: links to them are opened if they can be. */
  readonly reach?: (nodeIds: readonly Uint8Array[]) => void;
  readonly record?: Record;
  readonly log: Log;
  readonly now?: () => number;
}

export interface Answer {
  readonly approvalId: Uint8Array;
  readonly binding: Uint8Array;
  readonly decision: ApprovalDecision;
}

export class Approvals {
  /** Ids, in hex, of what changed. */
  readonly changes = new Broadcast<string>();
  readonly grants: Grants;
  readonly #options: ApprovalsOptions;
  readonly #history: ApprovalHistory;
  readonly #register = new Register();
  #isClosed = false;

  private constructor(options: ApprovalsOptions, history: ApprovalHistory) {
    this.grants = options.grants;
    this.#options = options;
    this.#history = history;
  }

  static async open(options: ApprovalsOptions): Promise<Approvals> {
    const nowMs = options.now?.() ?? Date.now();
    return new Approvals(options, await ApprovalHistory.open(options.table, nowMs));
  }

  /** See `AskHuman`. */
  readonly ask: AskHuman = async (question, options) => {
    try {
      return await this.#ask(question, options);
    } catch (error) {
      this.#options.log.error('a question was denied by a failure', { error: messageOf(error) });
      return no('STORE_FAILED');
    }
  };

  /** What waits, the newest first, as this decider sees it. */
  pending(decider: ApprovalDecider): Approval[] {
    return this.#register
      .shown()
      .map(([, { approval }]) => this.#shown(approval, decider))
      .filter((approval) => this.#maySee(approval, decider))
      .reverse();
  }

  /** One that waits or has just ended, if this decider may see it. */
  find(id: string, decider: ApprovalDecider): Approval | undefined {
    const approval = this.#register.known(id);
    return approval && this.#maySee(approval, decider) ? this.#shown(approval, decider) : undefined;
  }

  /** Approvals of any state from before that id, the newest first, for the owner. */
  async before(id: string | undefined, limit: number, decider: ApprovalDecider): Promise<Approval[]> {
    const ids = this.#history.idsBefore(id, limit);
    const found = await Promise.all(
      ids.map(async (one) => this.#register.get(one)?.approval ?? (await this.#history.get(one))),
    );
    return found.filter((approval) => approval !== undefined).map((approval) => this.#shown(approval, decider));
  }

  /**
   * Takes an answer. Throws NOT_APPROVER, OWN_APPROVAL, APPROVAL_UNKNOWN, APPROVAL_MISMATCH, or APPROVAL_OVER: then it had
   * no effect.
   */
  async decide(decider: ApprovalDecider, answer: Answer): Promise<Approval> {
    const { approvers } = this.#options;
    if (!approvers.isApprover(decider)) throw notApprover();
    const pending = this.#register.get(toHex(answer.approvalId));
    if (!pending?.isPending) return this.#late(decider, answer);
    this.#checkDecider(pending, decider, answer);
    if (this.#isOutdated(pending)) {
      await this.#end(pending, ApprovalState.WITHDRAWN, 'POLICY_CHANGED');
      throw approvalOver(pending.approval);
    }
    return this.#count(pending, decider, answer.decision);
  }

  /** The policy or the configuration is another one: what was asked under the old policy ends; others may see the rest. */
  review(): void {
    for (const [id, pending] of this.#register.shown()) {
      if (this.#isOutdated(pending)) this.#endSoon(pending, ApprovalState.WITHDRAWN, 'POLICY_CHANGED');
      else this.changes.changed(id);
    }
  }

  /** The key is trusted no longer, and its grants with it. */
  async forget(nodeId: Uint8Array): Promise<void> {
    for (const grant of await this.grants.forget(nodeId))
      await this.#options.record?.({ kind: 'grant', step: 'revoked', grant });
  }

  /** Denies what waits. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#register.all().map((pending) => this.#end(pending, ApprovalState.DENIED, 'NODE_STOPPED')));
    this.changes.close();
  }

  async #ask(question: Question, options: AskOptions): Promise<Decision> {
    if (options.signal.aborted) return no(goneBecause(options.signal));
    const { approvers, nodeId } = this.#options;
    const approval = draftOf(question, nodeId(), approvers.waitMs, this.#now());
    const grant = this.grants.use(approval);
    if (grant) return byGrant(grant);
    const same = this.#register.sameAs(approval);
    if (same) return same.join(options);
    const refused = this.#refusal(approval.asker as ApprovalAsker);
    return refused === undefined ? this.#raise(approval, options) : no(refused);
  }

  #refusal(asker: ApprovalAsker): Reason | undefined {
    if (this.#isClosed) return 'NODE_STOPPED';
    if (!this.#options.approvers.canBeGranted(asker)) return 'NO_APPROVER';
    return this.#register.hasRoom(sourceOf(asker)) ? undefined : 'TOO_MANY_APPROVALS';
  }

  /** People hear of it when it is on disk. */
  #raise(approval: Approval, options: AskOptions): Promise<Decision> {
    const pending: PendingApproval = new PendingApproval({
      approval,
      waitMs: this.#options.approvers.waitMs,
      onExpire: () => this.#endSoon(pending, ApprovalState.EXPIRED, 'TIMEOUT'),
      onAbandon: (reason) => this.#endSoon(pending, ApprovalState.WITHDRAWN, reason),
    });
    this.#register.add(pending);
    const decision = pending.join(options);
    this.#announce(pending).catch((error: unknown) => {
      this.#options.log.error('an approval was not written down', { error: messageOf(error) });
      this.#endSoon(pending, ApprovalState.DENIED, 'STORE_FAILED');
    });
    return decision;
  }

  async #announce(pending: PendingApproval): Promise<void> {
    const { approval } = pending;
    await this.#keep(approval);
    if (!pending.isPending) return;
    this.changes.changed(this.#register.show(pending));
    this.#options.reach?.(this.#options.approvers.keysFor(approval.asker as ApprovalAsker));
  }

  #checkDecider({ approval }: PendingApproval, decider: ApprovalDecider, { binding, decision }: Answer): void {
    const asker = approval.asker as ApprovalAsker;
    const mayDeny = decider.name === SELF && decision.answer.case === 'deny';
    if (isOwn(decider, asker)) throw ownApproval();
    if (!mayDeny && !this.#options.approvers.mayApprove(decider, asker)) throw notApprover();
    if (!equalBytes(binding, approval.binding)) throw approvalMismatch(approval.approvalId);
  }

  async #count(pending: PendingApproval, decider: ApprovalDecider, decision: ApprovalDecision): Promise<Approval> {
    const { approval } = pending;
    const vote = create(ApprovalVoteSchema, { decider, decision, voteTime: timestampFromMs(this.#now()) });
    if (!pending.vote(vote)) throw notApprover();
    if (decision.answer.case === 'deny') await this.#end(pending, ApprovalState.DENIED, 'DENIED');
    else if (this.#missing(approval).length > 0) await this.#keepVote(pending);
    else await this.#grant(pending);
    return this.#shown(approval, decider);
  }

  async #keepVote({ approval }: PendingApproval): Promise<void> {
    this.changes.changed(toHex(approval.approvalId));
    await this.#keep(approval).catch((error: unknown) => {
      throw notKept(error);
    });
  }

  /** From the first line on nobody else decides; the call runs when the yes is on disk, if its asker still waits. */
  async #grant(pending: PendingApproval): Promise<void> {
    const { approval } = pending;
    this.#close(pending, ApprovalState.GRANTED, 'APPROVED');
    try {
      await this.#keep(approval);
    } catch (error) {
      this.#close(pending, ApprovalState.DENIED, 'STORE_FAILED');
      pending.deny('STORE_FAILED');
      throw notKept(error);
    }
    const runs = !this.#isClosed && pending.letOneRun();
    if (runs) approval.state = ApprovalState.USED;
    else this.#close(pending, ApprovalState.WITHDRAWN, this.#isClosed ? 'NODE_STOPPED' : 'CANCELED');
    pending.deny('NODE_STOPPED');
    const grant = runs ? await this.#writeGrant(approval) : undefined;
    if (grant) approval.grantId = grant.grantId;
    await this.#keepQuietly(approval);
    this.changes.changed(toHex(approval.approvalId));
    if (!runs) throw approvalOver(approval);
  }

  async #writeGrant(approval: Approval): Promise<Grant | undefined> {
    try {
      const grant = await this.grants.write(approval);
      if (grant) await this.#options.record?.({ kind: 'grant', step: 'created', grant });
      return grant;
    } catch (error) {
      this.#options.log.error('a grant was not written', { error: messageOf(error) });
      return undefined;
    }
  }

  /** An answer to what has ended, or never was: no effect, unless it was given before. */
  async #late(decider: ApprovalDecider, { approvalId, decision }: Answer): Promise<Approval> {
    const id = toHex(approvalId);
    const approval = this.#register.known(id) ?? (await this.#history.get(id));
    if (!approval || !this.#maySee(approval, decider)) throw approvalUnknown(approvalId);
    const before = approval.votes.find((vote) => vote.decider && isSameDecider(vote.decider, decider));
    if (before?.decision?.answer.case !== decision.answer.case) throw approvalOver(approval);
    return this.#shown(approval, decider);
  }

  #endSoon(pending: PendingApproval, state: ApprovalState, reason: Reason): void {
    void this.#end(pending, state, reason);
  }

  /** A no: who waits hears it at once, whatever the disk does. */
  async #end(pending: PendingApproval, state: ApprovalState, reason: Reason): Promise<void> {
    if (!pending.isPending) return;
    this.#close(pending, state, reason);
    pending.deny(reason);
    this.changes.changed(toHex(pending.approval.approvalId));
    await this.#keepQuietly(pending.approval);
  }

  #close(pending: PendingApproval, state: ApprovalState, reason: Reason): void {
    this.#register.end(pending, state, reason, this.#now());
  }

  #isOutdated({ approval }: PendingApproval): boolean {
    const version = this.#options.policyVersion?.();
    return version !== undefined && version !== approval.policyVersion;
  }

  #missing(approval: Approval): string[] {
    return this.#options.approvers.missing(approval.asker as ApprovalAsker, approval.votes);
  }

  #maySee({ asker }: Approval, decider: ApprovalDecider): boolean {
    return decider.name === SELF || (asker !== undefined && this.#options.approvers.mayApprove(decider, asker));
  }

  /** As it is at this moment, for this decider. */
  #shown(approval: Approval, decider: ApprovalDecider): Approval {
    const pending = this.#register.get(toHex(approval.approvalId));
    const isOpen = pending?.isPending === true && approval.asker !== undefined;
    return {
      ...approval,
      votes: [...approval.votes],
      remainingMs: pending?.remainingMs ?? 0,
      missing: isOpen ? this.#missing(approval) : [],
      decidable: isOpen && this.#options.approvers.mayApprove(decider, approval.asker as ApprovalAsker),
    };
  }

  async #keep(approval: Approval): Promise<void> {
    await Promise.all([this.#history.keep(approval), this.#options.record?.({ kind: 'approval', approval })]);
  }

  async #keepQuietly(approval: Approval): Promise<void> {
    await this.#keep(approval).catch((error: unknown) =>
      this.#options.log.error('the end of an approval was not written down', { error: messageOf(error) }),
    );
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }
}

function no(reason: Reason): Decision {
  return { granted: false, reason, approvalId: new Uint8Array(), decidedBy: [], comment: '' };
}

function byGrant({ approvalId, deciders }: Grant): Decision {
  const decidedBy = deciders.map(({ name }) => name);
  return { granted: true, reason: 'GRANTED_BEFORE', approvalId, decidedBy, comment: '' };
}
