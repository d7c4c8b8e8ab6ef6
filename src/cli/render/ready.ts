import type { Style } from './style.ts';
import { renderPairs } from './table.ts';

/** What `towline up` says when the node is ready, and what to do next. */
export function renderReady(
  style: Style,
  { nodeId, url, addresses, pid }: { nodeId: string; url: string; addresses: readonly string[]; pid: number },
): string {
  const facts = renderPairs(style, [
    ['node id', nodeId],
    ['addresses', addresses.join(', ')],
    ['local', url],
    ['process', String(pid)],
  ]);
  const next = renderPairs(style, [
    ['another machine', 'towline invite     (there: towline join INVITE)'],
    ['Claude Code', 'claude mcp add mesh -- towline mcp'],
    ['other MCP clients', `${url}/mcp with a token from: towline token create --agent NAME`],
    ['end', 'Ctrl-C, or: towline down'],
  ]);
  return `${style.good('The node is up.')}\n${facts}\n\n${next}`;
}
