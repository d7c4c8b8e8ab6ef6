import { describe, expect, it } from 'vitest';
import { AgentRole } from '../../../gen/towline/v1/presence_pb.ts';
import { roleOf } from '../../../src/services/presence/roles.ts';

describe('the role of a word', () => {
  it.each([
    ['orchestrator', AgentRole.ORCHESTRATOR],
    ['Coordinator', AgentRole.ORCHESTRATOR],
    ['agent', AgentRole.ORCHESTRATOR],
    ['DIRECTOR', AgentRole.ORCHESTRATOR],
    ['thinker', AgentRole.THINKER],
    ['problem-solver', AgentRole.THINKER],
    ['worker', AgentRole.WORKER],
    ['executor', AgentRole.WORKER],
    ['baker', AgentRole.UNSPECIFIED],
    ['constructor', AgentRole.UNSPECIFIED],
    ['', AgentRole.UNSPECIFIED],
  ])('%s', (word, role) => expect(roleOf(word)).toBe(role));
});
