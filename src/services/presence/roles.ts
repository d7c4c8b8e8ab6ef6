/** Roles as people and older systems spell them. */
import { AgentRole } from '../../../gen/towline/v1/presence_pb.ts';

const SPELLINGS: Readonly<Record<string, AgentRole>> = {
  orchestrator: AgentRole.ORCHESTRATOR,
  coordinator: AgentRole.ORCHESTRATOR,
  agent: AgentRole.ORCHESTRATOR,
  director: AgentRole.ORCHESTRATOR,
  thinker: AgentRole.THINKER,
  'problem-solver': AgentRole.THINKER,
  worker: AgentRole.WORKER,
  executor: AgentRole.WORKER,
};

/** The role that a word means, in any case of letters; unspecified for other words. */
export function roleOf(word: string): AgentRole {
  const key = word.toLowerCase();
  return Object.hasOwn(SPELLINGS, key) ? (SPELLINGS[key] ?? AgentRole.UNSPECIFIED) : AgentRole.UNSPECIFIED;
}

/** Every spelling, for help texts. */
export const roleWords: readonly string[] = Object.keys(SPELLINGS);
