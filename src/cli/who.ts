/** `towline tools --who`: which tools of this node are shared, with which groups, and who is in those. */
import type { Peer } from '../../gen/towline/v1/node_pb.ts';
import type { Tool } from '../../gen/towline/v1/tool_pb.ts';
import type { Io } from './io.ts';
import { listPeers } from './list-peers.ts';
import { listTools } from './list-tools.ts';
import { prettyJson } from './render/json.ts';
import { plainLine } from './render/plain.ts';
import { renderTable } from './render/table.ts';
import { shareText } from './render/upstreams.ts';

interface Row {
  readonly upstream: string;
  readonly tool: string;
  /** The groups that it is shared with. */
  readonly share: readonly string[];
  /** The aliases of the peers in those groups. */
  readonly peers: readonly string[];
}

export async function showWho(io: Io): Promise<void> {
  const [tools, peers] = await Promise.all([listTools(io.home, 'self'), listPeers(io.home)]);
  const rows = tools.map((tool) => rowOf(tool, peers));
  if (io.json) return io.print(prettyJson({ tools: rows }));
  if (rows.length === 0) return io.note('This node has no tools of its own.');
  const cells = rows.map(({ upstream, tool, share, peers: seenBy }) => [
    plainLine(upstream),
    plainLine(tool),
    shareText(share),
    seenBy.join(', '),
  ]);
  io.print(renderTable(io.style, ['UPSTREAM', 'TOOL', 'SHARED WITH', 'SEEN BY'], cells));
}

function rowOf({ ref, share }: Tool, peers: readonly Peer[]): Row {
  const seeing = peers.filter(({ groups }) => groups.some((group) => share.includes(group)));
  return {
    upstream: ref?.upstream ?? '',
    tool: ref?.name ?? '',
    share,
    peers: seeing.map(({ node }) => node?.alias ?? ''),
  };
}
