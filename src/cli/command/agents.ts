import { create } from '@bufbuild/protobuf';
import type { Command } from 'commander';
import type { AgentPresence } from '../../../gen/towline/v1/presence_pb.ts';
import {
  ListPresenceResponseSchema,
  PresenceService,
  type WatchPresenceResponse,
  WatchPresenceResponseSchema,
} from '../../../gen/towline/v1/presence_service_pb.ts';
import { nodeClient } from '../client.ts';
import type { Io } from '../io.ts';
import { addressText, agentChange, renderAgents } from '../render/agents.ts';
import { jsonOf, prettyJson } from '../render/json.ts';

export const examples = ['towline agents', 'towline agents --watch', 'towline agents --all --json'];

interface Options {
  readonly watch?: boolean;
  /** Nodes too. */
  readonly all?: boolean;
}

/** `towline agents`: who works on this node and its peers. */
export function setup(command: Command, io: Io): void {
  command.option('-a, --all', 'nodes themselves too');
  command.option('-w, --watch', 'go on with each change, until Ctrl-C; with --json one event a line');
  command.action(async ({ watch, all = false }: Options) => (watch ? watchAgents(io, all) : showAgents(io, all)));
}

async function showAgents(io: Io, includeControlPlane: boolean): Promise<void> {
  const presence = await nodeClient(io.home, PresenceService);
  const agents: AgentPresence[] = [];
  let [pageToken, unlistedCount] = ['', 0];
  do {
    const page = await presence.listPresence({ pageSize: 1_000, pageToken, includeControlPlane });
    agents.push(...page.agents);
    ({ nextPageToken: pageToken, unlistedCount } = page);
  } while (pageToken !== '');
  const all = create(ListPresenceResponseSchema, { agents, unlistedCount });
  if (io.json) return io.print(prettyJson(jsonOf(ListPresenceResponseSchema, all)));
  if (agents.length > 0) io.print(renderAgents(io.style, agents));
  else io.note('Nobody is here: an MCP client of `towline mcp` would be.');
  if (unlistedCount > 0) io.note(`${unlistedCount} more are not listed: a peer has more agents than are kept.`);
}

async function watchAgents(io: Io, includeControlPlane: boolean): Promise<void> {
  const presence = await nodeClient(io.home, PresenceService);
  const { watchUntilInterrupted } = await import('../watch.ts');
  const text = changes(io);
  await watchUntilInterrupted(
    (signal) => presence.watchPresence({ includeControlPlane }, { signal }),
    (event) => io.print(io.json ? JSON.stringify(jsonOf(WatchPresenceResponseSchema, event)) : text(event)),
  );
}

/** Events as lines. Who is removed is named as it was when it was last told of. */
function changes({ style }: Io): (response: WatchPresenceResponse) => string {
  const named = new Map<string, string>();
  const keyOf = (ref: AgentPresence['ref']) => `${Buffer.from(ref?.nodeId ?? []).toString('hex')}/${ref?.agent}`;
  return ({ event }) => {
    const time = style.dim(new Date().toLocaleTimeString());
    if (event.case === 'agent') {
      named.set(keyOf(event.value.ref), addressText(event.value));
      return `${time}  ${agentChange(style, event.value)}`;
    }
    if (event.case !== 'removed') return `${time}  ${style.dim('that is all for now; changes follow')}`;
    const key = keyOf(event.value);
    const name = named.get(key) ?? event.value.agent;
    named.delete(key);
    return `${time}  ${style.bold(name)}  ${style.bad('removed')}`;
  };
}
