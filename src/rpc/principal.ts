/**
 * Who is asking. Decided once, at the door (a link's hello, a client certificate, a token), and carried with the
 * call; nothing behind the door looks at keys or tokens again.
 */
import { type ContextValues, createContextKey, createContextValues } from '@connectrpc/connect';
import { NODE_AGENT, OWNER_AGENT } from '../trust/names.ts';
import type { Scope } from '../trust/scope.ts';

/** What kind of caller it is, from the least to the most trusted. */
export type PrincipalKind = 'stranger' | 'peer' | 'program' | 'agent' | 'owner';

export interface Principal {
  readonly kind: PrincipalKind;
  /** The peer's alias, the token's subject, "owner", or "stranger". */
  readonly name: string;
  /** The groups whose shared tools it may use. Empty for strangers; not consulted for agents and the owner. */
  readonly groups: ReadonlySet<string>;
  /** The caller's key, where it has shown one. */
  readonly nodeId?: Uint8Array;
  /** The token that it has shown, in hex: two tokens of one name are two principals. */
  readonly tokenId?: string;
  /** What its token may be used for; if absent, for all that its kind may do. */
  readonly scopes?: readonly Scope[];
  /** When its token stops working, in milliseconds since 1970; if absent, never. */
  readonly expireMs?: number;
  /** Whether its call came over a relayed link: another node carries the bytes. */
  readonly isRelayed?: boolean;
  /**
   * The agent that the caller's node names, of peers alone: for the record and for addressing, never for a decision about
   * rights. If absent, the node asks for itself.
   */
  readonly agent?: string;
}

/** Someone who has shown nothing. */
export const stranger: Principal = { kind: 'stranger', name: 'stranger', groups: new Set() };

/** Where a call's context keeps its principal. A door that forgets to set it lets nobody in. */
export const principalKey = createContextKey<Principal>(stranger, { description: 'principal' });

/** Context values that carry `principal`. */
export function principalValues(principal: Principal): ContextValues {
  return createContextValues().set(principalKey, principal);
}

/** Names the principal in records: "peer:work", "agent:claude#8f3a…". Two principals never share a name. */
export function principalText({ kind, name, tokenId }: Principal): string {
  return tokenId === undefined ? `${kind}:${name}` : `${kind}:${name}#${tokenId}`;
}

/** Tells callers from each other: a key stays who it is when it gets another alias, whichever agent it names. */
export function callerKey({ kind, name, nodeId, tokenId, isRelayed }: Principal): string {
  if (kind === 'peer' && nodeId) return `peer:${Buffer.from(nodeId).toString('latin1')}${isRelayed ? '~' : ''}`;
  return `${kind}:${name}#${tokenId ?? ''}`;
}

/** The caller as an agent of its node: its name in addresses and in records. */
export function agentOf({ kind, name, agent }: Principal): string {
  if (kind === 'peer') return agent ?? NODE_AGENT;
  return kind === 'owner' ? OWNER_AGENT : name;
}
