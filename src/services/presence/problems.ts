import { Code, type ConnectError } from '@connectrpc/connect';
import { failure } from '../../rpc/failure.ts';
import { MAX_AGENTS, MAX_SESSIONS } from './limits.ts';

export function agentUnknown(agent: string): ConnectError {
  return failure(Code.NotFound, 'AGENT_UNKNOWN', `no agent ${agent} is known here`, {
    permanent: true,
    metadata: { agent },
    help: 'list the agents with `towline agents --all`',
  });
}

export function tooManyAgents(): ConnectError {
  return failure(Code.ResourceExhausted, 'TOO_MANY_AGENTS', `${MAX_AGENTS} agents are on this node`, {
    metadata: { max_agents: String(MAX_AGENTS) },
    retryDelayMs: 30_000,
    help: 'come again when one has left, or share a token between sessions',
  });
}

export function tooManySessions(agent: string): ConnectError {
  return failure(Code.ResourceExhausted, 'TOO_MANY_SESSIONS', `${agent} is here ${MAX_SESSIONS} times already`, {
    metadata: { agent, max_sessions: String(MAX_SESSIONS) },
    retryDelayMs: 30_000,
    help: 'end the sessions that are not needed; one Attend for each program is enough',
  });
}
