/** A call that the policy asks about: a person on a third node lets one run, and refuses the next. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Client } from '@modelcontextprotocol/client';
import type { Approval } from '../../../gen/towline/v1/approval_pb.ts';
import { ApprovalService } from '../../../gen/towline/v1/approval_service_pb.ts';
import { toHex } from '../../base/bytes.ts';
import { binPath } from '../package.ts';
import { type AgentTarget, connectAgent, textOf } from './agent.ts';
import type { Figure } from './figures.ts';
import type { Mesh } from './mesh.ts';
import type { MeshNode } from './mesh-node.ts';
import { type Say, shortTime } from './transcript.ts';
import { eventually, verify } from './verify.ts';

const run = promisify(execFile);

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

/** The one question that waits on the approver's node. */
function asked(approver: MeshNode): Promise<Approval> {
  return eventually(`${approver.name} is asked`, async () => {
    const { approvals } = await approver.client(ApprovalService).listApprovals({});
    return approvals[0];
  });
}

/** As a person does it: in a process of its own. */
async function answer(node: MeshNode, say: Say, word: string, { approvalId }: Approval, ...more: string[]) {
  const id = toHex(approvalId);
  await run(process.execPath, [binPath(), '--home', node.home, 'approvals', word, id, ...more]);
  say(`${node.name}: towline approvals ${word} ${id.slice(-8)}`);
}

function whoOf({ asker }: Approval): string {
  return `${asker?.agent ?? ''} on ${asker?.name ?? ''}`;
}
