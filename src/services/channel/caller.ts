/** Who asks, as a member of channels; and what it may do with one. */
import { create } from '@bufbuild/protobuf';
import { type AgentRef, AgentRefSchema } from '../../../gen/towline/v1/agent_pb.ts';
import type { Channel } from '../../../gen/towline/v1/channel_pb.ts';
import { equalBytes, toHex } from '../../base/bytes.ts';
import { agentOf, type Principal } from '../../rpc/principal.ts';
import { noSuccessions, type Successions } from '../../trust/roster/successions.ts';

/** What the service must know of its node. */
export interface SelfView {
  readonly nodeId: Uint8Array;
  /** What this node calls itself, as an alias. */
  readonly alias: string;
  /** Which keys of nodes have taken the place of which. None if absent. */
  readonly keys?: Successions;
}

export interface Caller {
  readonly principal: Principal;
  /** With the key that it shows, which may have a successor by now. */
  readonly ref: AgentRef;
  readonly keys: Successions;
  /** The same as text: no two agents have the same. */
  readonly key: string;
  /** What this node calls the agent's node. */
  readonly alias: string;
}

export function isLocal({ kind }: Principal): boolean {
  return kind === 'agent' || kind === 'owner';
}

/** Callers that are known: a peer that sends a thousand messages is looked at once. */
const known = new WeakMap<Principal, Caller>();

export function callerOf(principal: Principal, self: SelfView): Caller {
  const nodeId = (principal.kind === 'peer' && principal.nodeId) || self.nodeId;
  const before = known.get(principal);
  // The key of this node may change.
  if (before?.ref.nodeId === nodeId) return before;
  const caller = newCaller(principal, nodeId, self);
  known.set(principal, caller);
  return caller;
}

function newCaller(principal: Principal, nodeId: Uint8Array, self: SelfView): Caller {
  const isPeer = principal.kind === 'peer' && principal.nodeId !== undefined;
  const ref = create(AgentRefSchema, { nodeId, agent: agentOf(principal) });
  const { keys = noSuccessions } = self;
  return { principal, ref, keys, key: agentKey(ref), alias: isPeer ? principal.name : self.alias };
}

/** "<node id in hex>/<agent>". */
export function agentKey({ nodeId, agent }: AgentRef): string {
  return `${toHex(nodeId)}/${agent}`;
}

/** Whether the caller may join, and so read. A program of this node is let in by its groups alone, as a peer is. */
export function mayJoin(caller: Caller, { groups, creator }: Channel): boolean {
  const { principal } = caller;
  if (isLocal(principal)) return true;
  const own = principal.groups;
  if (groups.some((group) => own.has(group))) return true;
  return principal.kind === 'peer' && creator !== undefined && isOfNode(caller, creator.nodeId);
}

/** Whether the caller made it. Of another node the key decides, not the agent that it names. */
export function isMaker(caller: Caller, { creator }: Channel): boolean {
  if (!creator || !isOfNode(caller, creator.nodeId)) return false;
  return caller.principal.kind === 'peer' || creator.agent === caller.ref.agent;
}

/** Whether its node has this key, or had it before. */
function isOfNode({ ref, keys }: Caller, nodeId: Uint8Array): boolean {
  return equalBytes(nodeId, ref.nodeId) || equalBytes(keys.latest(nodeId), keys.latest(ref.nodeId));
}

export function mayDelete(caller: Caller, channel: Channel): boolean {
  return caller.principal.kind === 'owner' || isMaker(caller, channel);
}
