/** What uplinks need of the node that they attach to. */
import type { Client } from '@connectrpc/connect';
import type { Approval, ApprovalDecision } from '../../../gen/towline/v1/approval_pb.ts';
import type { WatchPendingResponse } from '../../../gen/towline/v1/approver_service_pb.ts';
import type { MailboxService } from '../../../gen/towline/v1/mailbox_service_pb.ts';
import type { ToolService } from '../../../gen/towline/v1/tool_service_pb.ts';
import type { Log } from '../../base/log.ts';
import type { Principal } from '../../rpc/principal.ts';
import type { PermissionAnswer } from './kept.ts';
import type { Session } from './session.ts';

/** What an agent wants to do. */
export interface PermissionQuestion {
  readonly principal: Principal;
  readonly action: string;
  /** What a yes is bound to. */
  readonly argumentBytes: Uint8Array;
}

/** Asks people. Resolves to a no as soon as the signal aborts; never rejects. */
export type Permit = (question: PermissionQuestion, signal: AbortSignal) => Promise<PermissionAnswer>;

/** What an approver may see, and do. */
export interface ApproverAccess {
  /** Never ends by itself before the signal aborts. */
  readonly watch: (signal: AbortSignal) => AsyncIterable<WatchPendingResponse>;
  /** Rejects with why the answer was not taken. */
  readonly decide: (answer: {
    readonly approvalId: Uint8Array;
    readonly binding: Uint8Array;
    readonly decision: ApprovalDecision;
  }) => Promise<Approval>;
}

export interface UplinkHost {
  /** The key of this node. */
  readonly nodeId: () => Uint8Array;
  /** The groups that tools of this agent are shared with. */
  readonly shareOf: (agent: string) => readonly string[];
  /** Whether the name of a supplier of tools belongs to somebody else. */
  readonly isTaken: (upstream: string) => boolean;
  /** Offers the tools of the session until the answer is called; replaces those of a session before. */
  readonly offer: (session: Session) => () => void;
  /** Shows the agent as present until the answer is called. */
  readonly arrive: (principal: Principal, software: string) => () => void;
  readonly permit: Permit;
  /** Questions for the people behind a program. Throws APPROVERS_ONLY at whoever is no approver. */
  readonly approver: (principal: Principal) => ApproverAccess;
  /** Services of the mesh in the name of the agent. */
  readonly clients: (principal: Principal) => {
    readonly tools: Client<typeof ToolService>;
    readonly mail: Client<typeof MailboxService>;
  };
  readonly log: Log;
}

/** How long things last, in milliseconds; see limits.ts. */
export interface Times {
  readonly identifyMs: number;
  readonly heartbeatMs: number;
  readonly deadMs: number;
}
