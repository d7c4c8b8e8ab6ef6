/** What an agent does through one door, in one era: lists the mesh's tools, calls one, reads a file on another node. */
import { type AgentTarget, connectAgent, type Door, type Era, textOf } from './agent.ts';
import { type DemoTools, findTools } from './tool-names.ts';
import { type Say, shortTime } from './transcript.ts';
import { verify } from './verify.ts';
import { NOTE, type Workspace } from './workspace.ts';

/** What was seen. */
export interface Visit {
  readonly connectMs: number;
  readonly tools: DemoTools;
}

export async function visit(target: AgentTarget, workspace: Workspace, door: Door, era: Era, say: Say): Promise<Visit> {
  await using agent = await connectAgent(target, door, era);
  const { client, connectMs } = agent;
  say(`connected in ${shortTime(connectMs)}, protocol ${client.getNegotiatedProtocolVersion() ?? ''}`);
  const tools = await findTools(client);
  say(`tools/list: ${tools.count} tools of the whole mesh, among them ${tools.echo} and ${tools.read}`);

  const message = `ahoy over ${door}`;
  const echoed = textOf(await client.callTool({ name: tools.echo, arguments: { message } }));
  verify(echoed.includes(message), `echo answers "${message}"`);
  say(`${tools.echo} → "${echoed}"`);

  const note = textOf(await client.callTool({ name: tools.read, arguments: { path: workspace.notePath } }));
  verify(note === NOTE, 'the file has come whole');
  say(`${tools.read} → "${note.trim()}"`);
  return { connectMs, tools };
}
