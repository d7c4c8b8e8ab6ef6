/** A caller as an agent of this node. */
import { Code } from '@connectrpc/connect';
import { AgentKind, AgentType } from '../../../gen/towline/v1/presence_pb.ts';
import { failure } from '../../rpc/failure.ts';
import { agentOf, type Principal } from '../../rpc/principal.ts';

export interface Who {
  readonly agent: string;
  readonly kind: AgentKind;
  readonly type: AgentType;
  /** The groups of a program's token; if absent, all groups of the node: those of an agent and of the owner. */
  readonly groups?: readonly string[];
}

/** Throws NOT_AN_AGENT_HERE at peers and strangers. */
export function whoOf(principal: Principal): Who {
  const agent = agentOf(principal);
  switch (principal.kind) {
    case 'owner':
      return { agent, kind: AgentKind.SESSION, type: AgentType.HUMAN };
    case 'agent':
      return { agent, kind: AgentKind.SESSION, type: AgentType.AI };
    case 'program':
      return { agent, kind: AgentKind.SERVICE, type: AgentType.CONNECTOR, groups: [...principal.groups] };
    default:
      throw failure(Code.PermissionDenied, 'NOT_AN_AGENT_HERE', 'agents of other nodes have no place on this one', {
        permanent: true,
        help: 'an agent says what it does to its own node, which tells the others',
      });
  }
}

/** Whether the caller works on this node, and so sees everybody: its agents and its owner. */
export function isLocal({ kind }: Principal): boolean {
  return kind === 'agent' || kind === 'owner';
}
