/** Who is there: an agent says what it does, and the other nodes see it until it ends. */
import { AgentState, AgentStatusSchema } from '../../../gen/towline/v1/presence_pb.ts';
import { PresenceService } from '../../../gen/towline/v1/presence_service_pb.ts';
import { enumWord } from '../render/enum-word.ts';
import { type AgentTarget, connectAgent, textOf } from './agent.ts';
import type { MeshNode } from './mesh-node.ts';
import { type Say, shortTime } from './transcript.ts';
import { eventually } from './verify.ts';

const SUMMARY = 'charts the harbour';

/** Seen from the lab, which is told by the laptop's node. */
export async function seeWhoIsThere(target: AgentTarget, lab: MeshNode, say: Say): Promise<void> {
  const agent = await connectAgent(target, 'stdio', 'modern');
  let endMs: number;
  try {
    const status = { status: 'working', summary: SUMMARY };
    textOf(await agent.client.callTool({ name: 'towline_set_status', arguments: status }));
    const seen = await eventually(`${lab.name} sees the agent at work`, () => find(lab, AgentState.ONLINE));
    say(
      `${lab.name}: towline agents  →  ${seen.alias}/${seen.ref?.agent ?? ''} ${enumWord(AgentStatusSchema, seen.status)}: ${seen.summary}`,
    );
  } finally {
    endMs = performance.now();
    await agent[Symbol.asyncDispose]();
  }
  await eventually(`${lab.name} sees that it has gone`, () => find(lab, AgentState.OFFLINE));
  say(`its client ends; ${lab.name} shows it as offline ${shortTime(performance.now() - endMs)} later`);
}

async function find(node: MeshNode, wanted: AgentState) {
  const { agents } = await node.client(PresenceService).listPresence({ pageSize: 100 });
  return agents.find(({ summary, state }) => summary === SUMMARY && state === wanted);
}
