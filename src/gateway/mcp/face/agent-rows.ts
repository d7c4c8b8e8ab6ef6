/** Agents as a model reads them: words for numbers, and nothing that is empty. */
import { type AgentPresence, AgentState, AgentStatus } from '../../../../gen/towline/v1/presence_pb.ts';

/** The words of the statuses that can be set. */
export const statusWords: ReadonlyMap<string, AgentStatus> = new Map([
  ['idle', AgentStatus.IDLE],
  ['working', AgentStatus.WORKING],
  ['do not disturb', AgentStatus.DO_NOT_DISTURB],
]);

export type AgentRow = Record<string, string | string[] | undefined>;

export function agentRow({ ref, state, status, name, summary, profile }: AgentPresence): AgentRow {
  const word = [...statusWords].find(([, value]) => value === status)?.[0];
  return {
    agent: ref?.agent,
    name: name || undefined,
    state: state === AgentState.ONLINE ? 'online' : 'offline',
    status: word ?? 'idle',
    summary: summary || undefined,
    title: profile?.title || undefined,
    capabilities: profile && profile.capabilities.length > 0 ? profile.capabilities : undefined,
  };
}
