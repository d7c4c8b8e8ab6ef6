/**
 * What the services ask of a policy. They know these types alone: who has rules, who asks a person, and whether there is
 * any policy at all is put together by the node.
 */
import type { Principal } from './principal.ts';

/** What a policy says to a call. */
export type Effect = 'allow' | 'ask' | 'deny';

/** A tool as rules see it. */
export interface ToolPlace {
  /** An alias, or "self". */
  readonly node: string;
  readonly upstream: string;
  readonly name: string;
  /** The exact JSON text of its MCP Tool object, where what it says of itself is to be believed. */
  readonly definitionJson?: string;
}

/** One call that wants to go on. */
export interface Question {
  readonly principal: Principal;
  /** The noun of the service and the method: "tools.call". */
  readonly verb: string;
  readonly tool?: ToolPlace;
  /** The exact JSON text of the arguments, made when a rule looks at it; "" for none. */
  readonly argumentsJson?: string | (() => string);
  /** The agent that a peer says it acts for. */
  readonly claimedAgent?: string;
}

/** The answer. */
export interface Decision {
  readonly effect: Effect;
  /** The rule that decided; empty if none did. */
  readonly rule: string;
  /** Of the policy that was asked: SHA-256, in hex. */
  readonly policyVersion: string;
  /** If present, the rule's limit is reached, and the effect is `deny`: how long to wait. */
  readonly retryMs?: number;
}

/** A policy that is in force. Nothing here waits. */
export interface PolicyInForce {
  /** Decides, and counts the call where the rule has a limit. */
  decide(question: Question): Decision;
  /** Whether there are arguments with which the call would not be refused: what can never be called is not shown. */
  sees(principal: Principal, tool: ToolPlace): boolean;
}

/** One call for a person to decide on. */
export interface AskedCall {
  readonly principal: Principal;
  readonly verb: string;
  readonly tool?: ToolPlace;
  readonly claimedAgent?: string;
  /** The exact bytes that will be executed if the answer is yes. */
  readonly argumentBytes: Uint8Array;
  readonly policyVersion: string;
  readonly rule: string;
}

/** What became of it. */
export interface HumanAnswer {
  readonly granted: boolean;
  /** In hex; empty if none was raised. */
  readonly approvalId: string;
  /** Empty if nobody did. */
  readonly decidedBy: string;
  /** Why not, for people; empty if granted. */
  readonly reason: string;
  /** The same for programs, in UPPER_SNAKE. */
  readonly cause?: string;
}

export interface AskOptions {
  /** The line to the asker: when it is lost, the answer is no. */
  readonly signal: AbortSignal;
  /** Told now and then for whom the call waits. */
  readonly onProgress?: (message: string) => void;
}

/** Asks a person, and resolves when there is an answer or there will be none. Rejects only with what the caller shall hear. */
export type AskHuman = (call: AskedCall, options: AskOptions) => Promise<HumanAnswer>;

/** What stands before calls. The node fills it in; all of it may come and go while it runs. */
export interface PolicyGate {
  /** If absent, sharing alone decides. */
  policy?: PolicyInForce | undefined;
  /** Told of each decision of a rule. */
  decided?: ((question: Question, decision: Decision) => void) | undefined;
  /** If absent, what a rule asks for is refused, reason APPROVAL_UNAVAILABLE. */
  askHuman?: AskHuman | undefined;
}
