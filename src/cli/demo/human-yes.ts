/** A call that the policy asks about: a person on a third node lets one run, and refuses the next. */
import type { Client } from '@modelcontextprotocol/client';
import type { Approval } from '../../../gen/towline/v1/approval_pb.ts';
import { type AgentTarget, connectAgent, textOf } from './agent.ts';
import { answer, asked } from './approver.ts';
import type { Figure } from './figures.ts';
import type { Mesh } from './mesh.ts';
import { type Say, shortTime } from './transcript.ts';
import { verify } from './verify.ts';

/** The agent asks, the lab has the tool and the rule, and the archive's owner answers at its command line. */
export async function askSomebody(
  { lab, archive }: Mesh,
  target: AgentTarget,
  tool: string,
  say: Say,
): Promise<Figure> {
  await using agent = await connectAgent(target, 'http', 'modern');
  const start = performance.now();
  const call = callSum(agent.client, tool);
  const approval = await asked(archive);
  const askedMs = performance.now() - start;
  say(`${lab.name} asks: may ${whoOf(approval)} call ${tool} with ${approval.argumentsText}?`);
  say(`the question is on ${archive.name} after ${shortTime(askedMs)}; the call waits`);
  await answer(archive, say, 'approve', approval, '--yes');
  const { isError, text } = await call;
  verify(!isError && text.includes('42'), `the call runs after the yes: ${text}`);
  say(`the call runs: ${text}`);

  const second = callSum(agent.client, tool);
  await answer(archive, say, 'deny', await asked(archive), '--comment', 'not today');
  const refused = await second;
  verify(refused.isError && refused.text.includes('not today'), `a no refuses the call: ${refused.text}`);
  say(`the next one is refused: ${refused.text.split('. ')[0] ?? ''}`);
  return { name: 'question_to_another_node', value: Math.round(askedMs), unit: 'ms' };
}

async function callSum(client: Client, name: string): Promise<{ isError: boolean; text: string }> {
  const result = await client.callTool({ name, arguments: { a: 40, b: 2 } });
  const isError = result.isError === true;
  return { isError, text: textOf({ ...result, isError: false }) };
}

function whoOf({ asker }: Approval): string {
  return `${asker?.agent ?? ''} on ${asker?.name ?? ''}`;
}
