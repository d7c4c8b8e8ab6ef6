/** An agent that has no node of its own: it attaches, is called, asks before it acts, and a cut line is a no. */
import { AdminService } from '../../../gen/towline/v1/admin_service_pb.ts';
import { TokenKind } from '../../../gen/towline/v1/token_pb.ts';
import { ToolService } from '../../../gen/towline/v1/tool_service_pb.ts';
import { newRequestId } from '../../base/request-id.ts';
import { problemOf } from '../problem.ts';
import { answer, asked, withdrawn } from './approver.ts';
import type { Mesh } from './mesh.ts';
import type { MeshNode } from './mesh-node.ts';
import { AGENT, ThinAgent, TIDE, TOOL } from './thin-agent.ts';
import type { Say } from './transcript.ts';
import { eventually, verify } from './verify.ts';

interface ToolName {
  readonly node: string;
  readonly upstream: string;
  readonly name: string;
}

/** It attaches to the lab; the laptop calls its tool, and the archive's owner answers what it asks. */
export async function attachAgent({ laptop, lab, archive }: Mesh, say: Say): Promise<void> {
  const { token } = await lab.client(AdminService).createToken({ kind: TokenKind.AGENT, subject: AGENT });
  const attach = () => new ThinAgent(lab.about.url, token);
  await using agent = attach();
  const { upstream, share } = await agent.attached();
  say(`the agent "${AGENT}" dials ${lab.name}, which offers its tools as ${upstream} to the group ${share.join()}`);
  const tool = { node: lab.name, upstream, name: TOOL };
  const text = await eventually(`${laptop.name} sees the tool`, () => call(laptop, tool));
  verify(text.includes(TIDE), `the agent's own answer: ${text}`);
  say(`${laptop.name}: towline call ${lab.name}/${upstream}/${TOOL}  →  "${TIDE}"`);
  await beAllowed(agent, archive, say);
  await beCutOff(agent, attach, archive, say);
}

/** What the tool says; nothing while the caller's node has not heard of it. */
async function call(node: MeshNode, tool: ToolName): Promise<string | undefined> {
  try {
    for await (const { event } of node.client(ToolService).callTool({ tool, argumentsJson: '{}' })) {
      if (event.case === 'result') return event.value.resultJson;
    }
    return undefined;
  } catch (error) {
    if (problemOf(error).reason === 'TOOL_NOT_FOUND') return undefined;
    throw error;
  }
}

async function beAllowed(agent: ThinAgent, archive: MeshNode, say: Say): Promise<void> {
  const permission = agent.mayI('open the sluice', newRequestId());
  const approval = await asked(archive);
  say(`it asks: may I ${approval.resource}? ${archive.name} has the question`);
  await answer(archive, say, 'approve', approval, '--yes');
  verify((await permission).granted, 'the agent hears the yes');
  say('the agent hears yes');
}

/** Between question and answer the line breaks: nobody may say yes to it any more, not even a moment later. */
async function beCutOff(agent: ThinAgent, attach: () => ThinAgent, archive: MeshNode, say: Say): Promise<void> {
  const requestId = newRequestId();
  const permission = agent.mayI('empty the dock', requestId);
  const approval = await asked(archive);
  agent.cut();
  verify(!(await permission).granted, 'a line that is lost means no');
  say(`it asks: may I ${approval.resource}? Its line is cut before anybody answers, which it takes for a no`);
  await withdrawn(archive);
  const late = await answer(archive, say, 'approve', approval, '--yes').then(() => 'taken', stderrOf);
  verify(late.includes('APPROVAL_OVER'), `a yes that is late has no effect: ${late}`);
  say(`the yes is too late: ${late.split('\n')[0]?.replace('error: ', '') ?? ''}`);
  await using again = attach();
  const { granted, reason } = await again.mayI('empty the dock', requestId);
  verify(!granted && reason === 'LINK_LOST', `the question is closed: ${reason}`);
  say(`it attaches again, and asks the same question with the same request id: no (${reason})`);
}

function stderrOf(error: { stderr?: string }): string {
  return error.stderr ?? '';
}
