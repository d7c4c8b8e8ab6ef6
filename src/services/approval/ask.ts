/** The hook by which others ask people: what they say, and what they hear. */
import type { Principal } from '../../rpc/principal.ts';

/** What is asked: may this principal do this, with these very bytes? */
export interface Question {
  readonly principal: Principal;
  /** "tools.call", or another verb of the policy. */
  readonly verb: string;
  /** The tool, if it is about one; of this node, unless an alias says otherwise. */
  readonly tool?: { readonly node?: string; readonly upstream: string; readonly name: string };
  /** What it is about, if that is no tool. */
  readonly resource?: string;
  /** Exactly what will run. */
  readonly argumentBytes: Uint8Array;
  /** The policy that says that somebody must be asked, and its rule. */
  readonly policyVersion: string;
  readonly rule: string;
}

/** Why a question ended as it did. */
export type Reason =
  /** Everybody who is needed said yes. */
  | 'APPROVED'
  /** A standing permission covers it; nobody was asked. */
  | 'GRANTED_BEFORE'
  /** Somebody said no. */
  | 'DENIED'
  | 'TIMEOUT'
  /** The asker gave up, or its deadline came. */
  | 'CANCELED'
  | 'LINK_LOST'
  /** There is nobody who could ever say yes: no approver, or the asker alone. */
  | 'NO_APPROVER'
  /** Too many questions wait. */
  | 'TOO_MANY_APPROVALS'
  /** An identical call took the approval. */
  | 'APPROVAL_USED'
  | 'POLICY_CHANGED'
  | 'NODE_STOPPED'
  /** It could not be written down. */
  | 'STORE_FAILED';

export interface Decision {
  readonly granted: boolean;
  readonly reason: Reason;
  /** Of the approval, or of the one that led to the grant. Empty if none was raised. */
  readonly approvalId: Uint8Array;
  /** Names of those who decided; empty if nobody did. */
  readonly decidedBy: readonly string[];
  /** What the one who said no wants the asker to know. */
  readonly comment: string;
}

/** How a question does, for whoever waits. */
export interface Waiting {
  readonly approvalId: Uint8Array;
  readonly waitedMs: number;
  readonly waitMs: number;
}

export interface AskOptions {
  /** The asker's own: when it aborts, the answer is no, at once. */
  readonly signal: AbortSignal;
  /** Called when people have been asked, and every ten seconds from then on. */
  readonly onProgress?: (waiting: Waiting) => void;
}

/** Resolves when it is decided, at the latest when the wait is over. Never rejects: whatever goes wrong is a no. */
export type AskHuman = (question: Question, options: AskOptions) => Promise<Decision>;
