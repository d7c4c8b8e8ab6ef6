/**
 * Who sees what of whom: agents of a node and its owner see everybody; peers and programs see, of this node alone, who
 * shares a group with them.
 */
import type { AgentPresence } from '../../../gen/towline/v1/presence_pb.ts';
import { AgentAudience, AgentKind } from '../../../gen/towline/v1/presence_pb.ts';
import { agentOf, type Principal } from '../../rpc/principal.ts';
import { isLocal } from './who.ts';

/** The alias by which a node names itself. */
const SELF = 'self';

/** An agent of this node as the caller may see it; nothing if it may not. */
export function ownView(row: AgentPresence, principal: Principal): AgentPresence | undefined {
  if (isLocal(principal) || isCaller(row, principal)) return { ...row, alias: SELF };
  const { visibility, ...rest } = row;
  const common = audience(row).filter((group) => principal.groups.has(group));
  if (visibility?.audience === AgentAudience.NODE || common.length === 0) return undefined;
  return {
    ...rest,
    alias: principal.kind === 'peer' ? '' : SELF,
    groups: common,
    sessions: visibility?.sharesPlace ? row.sessions : row.sessions.map(placeless),
  };
}

/** The agent of a peer as the agents of this node see it. */
export function peerView(row: AgentPresence, alias: string): AgentPresence {
  return { ...row, alias };
}

export function isControlPlane({ kind }: AgentPresence): boolean {
  return kind === AgentKind.CONTROL_PLANE;
}

/** The groups that see it. One of the node that was named and is no more shows it to nobody. */
function audience({ groups, visibility }: AgentPresence): readonly string[] {
  const only = visibility?.groups ?? [];
  return only.length === 0 ? groups : only.filter((group) => groups.includes(group));
}

function isCaller({ ref }: AgentPresence, principal: Principal): boolean {
  return principal.kind === 'program' && ref?.agent === agentOf(principal);
}

function placeless(session: AgentPresence['sessions'][number]) {
  return { ...session, host: '', folder: '' };
}
