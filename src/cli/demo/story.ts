/** The demo from its first step to its last. */
import { AdminService } from '../../../gen/towline/v1/admin_service_pb.ts';
import { TokenKind } from '../../../gen/towline/v1/token_pb.ts';
import { type AgentTarget, connectAgent, type Door, type Era } from './agent.ts';
import { talkInChannel } from './channel-talk.ts';
import { type Figure, measure, median, round } from './figures.ts';
import type { Fleet } from './fleet.ts';
import { askSomebody } from './human-yes.ts';
import { cancelOne, followProgress } from './long-calls.ts';
import { type Mesh, meet, startMesh } from './mesh.ts';
import type { MeshNode } from './mesh-node.ts';
import { seeWhoIsThere } from './presence.ts';
import { verifyRecord } from './record.ts';
import { refuseStranger, refuseUnshared } from './refusals.ts';
import type { DemoTools } from './tool-names.ts';
import type { Transcript } from './transcript.ts';
import { attachAgent } from './uplink.ts';
import { type Visit, visit } from './visit.ts';
import { mailForOneWhoIsAway } from './waiting-mail.ts';
import type { Workspace } from './workspace.ts';

const DOORS: readonly (readonly [Door, Era])[] = [
  ['stdio', 'legacy'],
  ['stdio', 'modern'],
  ['http', 'legacy'],
  ['http', 'modern'],
];

const ERA_TEXT: Record<Era, string> = { legacy: '2025-11-25 and before', modern: '2026-07-28' };

/** What is left when the story has been told: the mesh, for `--stay`, and the figures. */
export interface StoryEnd {
  readonly target: AgentTarget;
  readonly figures: readonly Figure[];
}

/** Tells the story, with nodes that `fleet` starts and its owner ends. */
export async function tellStory(transcript: Transcript, workspace: Workspace, fleet: Fleet): Promise<StoryEnd> {
  const started = performance.now();
  const mesh = await transcript.step('Three nodes start, each with a key and a home of its own', (say) =>
    startMesh(fleet, workspace, say),
  );
  const meshMs = performance.now() - started;
  await transcript.step('They meet through invites: pasteable, signed, for one use', async (say) => {
    await meet(mesh.lab, mesh.laptop, 'home', say);
    await meet(mesh.archive, mesh.laptop, 'home', say);
    await meet(mesh.archive, mesh.lab, 'guests', say);
  });
  const target = await agentTarget(mesh.laptop);
  const visits = await visitDoors(transcript, workspace, target);
  const calls = await longCallsAndLoad(transcript, mesh, target, visits[0]?.tools);
  await transcript.step('Refused: a node that nobody invited', (say) =>
    refuseStranger(fleet, workspace, mesh.archive, say),
  );
  await transcript.step('Refused: a trusted peer, and a tool that is not shared with its group', (say) =>
    refuseUnshared(workspace, mesh.lab, mesh.archive, say),
  );
  const words = await wordsAndCare(transcript, mesh, target, visits[0]?.tools);
  const connects = visits.map(({ connectMs }) => connectMs);
  return { target, figures: [...startFigures(meshMs, connects), ...calls, ...words] };
}

/** An agent token lets an MCP client use tools; it can change nothing of the node. */
async function agentTarget(laptop: MeshNode): Promise<AgentTarget> {
  const { token } = await laptop.client(AdminService).createToken({ kind: TokenKind.AGENT, subject: 'demo' });
  return { home: laptop.home, url: laptop.about.url, token };
}

async function visitDoors(transcript: Transcript, workspace: Workspace, target: AgentTarget): Promise<Visit[]> {
  const visits: Visit[] = [];
  for (const [door, era] of DOORS) {
    const title = `An MCP client on the laptop, over ${door}, in the protocol of ${ERA_TEXT[era]}`;
    visits.push(await transcript.step(title, (say) => visit(target, workspace, door, era, say)));
  }
  return visits;
}

async function longCallsAndLoad(
  transcript: Transcript,
  { lab }: Mesh,
  target: AgentTarget,
  tools: DemoTools | undefined,
): Promise<Figure[]> {
  const { echo = '', slow = '' } = tools ?? {};
  await using agent = await connectAgent(target, 'http', 'modern');
  const { client } = agent;
  await transcript.step('A long-running call streams its progress across the mesh', (say) =>
    followProgress(client, slow, say),
  );
  await transcript.step('Another one is cancelled, and ends on the other node too', (say) =>
    cancelOne(client, slow, lab, say),
  );
  return await transcript.step(
    'A short load, through all of it: MCP, gateway, encrypted link, MCP server',
    async (say) => {
      const figures = await measure(client, echo);
      for (const { name, value, unit } of figures) say(`${name} ${value} ${unit}`);
      return figures;
    },
  );
}

/** What agents say to each other, and what a person has to say about what they do. */
async function wordsAndCare(
  transcript: Transcript,
  mesh: Mesh,
  target: AgentTarget,
  tools: DemoTools | undefined,
): Promise<Figure[]> {
  await transcript.step('Agents are seen on other nodes while they are there', (say) =>
    seeWhoIsThere(target, mesh.lab, say),
  );
  const channel = await transcript.step('A channel: two nodes follow it live, in one order', (say) =>
    talkInChannel(mesh, target, say),
  );
  const approval = await transcript.step('A call that wants a yes, given and refused on another node', (say) =>
    askSomebody(mesh, target, tools?.sum ?? '', say),
  );
  await transcript.step(
    'An agent without a node attaches, and asks before it acts; a line that is cut means no',
    (say) => attachAgent(mesh, say),
  );
  await transcript.step('All of that is on record, and the record is whole', (say) => verifyRecord(mesh.lab, say));
  const mail = await transcript.step('A mail for a node that is away waits, and arrives once', (say) =>
    mailForOneWhoIsAway(mesh, say),
  );
  return [channel, approval, mail];
}

function startFigures(meshMs: number, connects: readonly number[]): Figure[] {
  return [
    { name: 'three_nodes_ready', value: Math.round(meshMs), unit: 'ms' },
    { name: 'mcp_connect_median', value: round(median(connects)), unit: 'ms' },
  ];
}
