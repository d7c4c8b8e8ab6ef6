/**
 * Who on the calling node asks. A node that passes a call on to another names the agent in the call's metadata; the other
 * node's door puts the name into the principal. The key alone decides what is allowed: a node may name whom it likes.
 */
import { type CallOptions, Code, type ConnectError } from '@connectrpc/connect';
import type { Metadata } from '../link/link.ts';
import { failure } from './failure.ts';
import { preparedHeaders } from './metadata.ts';
import { agentOf, type Principal } from './principal.ts';

/** The metadata of a call that names the agent. */
export const AGENT_HEADER = 'towline-agent';

/** As `AgentRef.agent` in the schema. */
const AGENT_NAME = /^[A-Za-z0-9._-]{1,64}$/;

type ActingOptions = Pick<CallOptions, 'headers'>;

const known = new WeakMap<Principal, ActingOptions>();

/** What a call to another node carries that is made in the name of `principal`. Made once for each principal. */
export function actingFor(principal: Principal): ActingOptions {
  const before = known.get(principal);
  if (before) return before;
  const options: ActingOptions = { headers: preparedHeaders([[AGENT_HEADER, agentOf(principal)]]) };
  known.set(principal, options);
  return options;
}

/** The agent that each peer named last, and the principal that it made: the next call mostly names the same. */
const lastNamed = new WeakMap<Principal, Principal>();

/** The peer with the agent that its call names, if it names one. Throws INVALID_AGENT. */
export function withAgent(peer: Principal, agent: string | undefined): Principal {
  if (agent === undefined) return peer;
  const last = lastNamed.get(peer);
  if (last?.agent === agent) return last;
  if (!AGENT_NAME.test(agent)) throw invalidAgent();
  const named = namedPrincipal(peer, agent);
  lastNamed.set(peer, named);
  return named;
}

function namedPrincipal(peer: Principal, agent: string): Principal {
  const { kind, name, nodeId, isRelayed } = peer;
  return {
    kind,
    name,
    agent,
    ...(nodeId && { nodeId }),
    ...(isRelayed !== undefined && { isRelayed }),
    get groups() {
      return peer.groups;
    },
  };
}

/** The agent in the metadata of a call. Two of them are none: the first reader and the next could differ. */
export function agentIn(metadata: readonly Metadata[]): string | undefined {
  let found: string | undefined;
  for (const { name, value } of metadata) {
    if (name !== AGENT_HEADER) continue;
    if (found !== undefined) throw invalidAgent();
    found = value;
  }
  return found;
}

function invalidAgent(): ConnectError {
  return failure(Code.InvalidArgument, 'INVALID_AGENT', `the metadata ${AGENT_HEADER} names no agent`, {
    permanent: true,
    help: 'name one agent, by 1 to 64 of A-Z, a-z, 0-9, ".", "_" and "-"; or leave it out',
  });
}
