import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { AgentEvent } from '../../gateway/mcp/face/agents.ts';
import type { OwnAgents } from '../../services/presence/own-agents.ts';
import { whoOf } from '../../services/presence/who.ts';

/**
 * Shows the sessions of MCP clients with the agents whose tokens they show. Whether such an agent is here its connections
 * tell: a client of HTTP that is killed leaves its session behind.
 */
export function keepSeats(agents: OwnAgents, log: Log): (event: AgentEvent) => void {
  const leave = new Map<string, () => void>();
  return ({ kind, name, software, principal }) => {
    leave.get(name)?.();
    leave.delete(name);
    if (kind === 'disconnect' || !principal || principal.kind === 'peer') return;
    try {
      leave.set(name, agents.addSession(whoOf(principal), { session: name, door: 'mcp', software }));
    } catch (error) {
      log.info('a session is not shown', { session: name, error: messageOf(error) });
    }
  };
}
