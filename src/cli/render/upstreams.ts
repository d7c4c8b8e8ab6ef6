import { UpstreamState, UpstreamStateSchema, type UpstreamStatus } from '../../../gen/towline/v1/tool_pb.ts';
import { enumWord } from './enum-word.ts';
import { plainLine } from './plain.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

/** The upstreams of a node, with the groups that see them. */
export function renderUpstreams(style: Style, upstreams: readonly UpstreamStatus[]): string {
  const rows = upstreams.map((upstream) => [
    plainLine(upstream.name),
    stateText(style, upstream.state),
    String(upstream.toolCount),
    shareText(upstream.share),
    [plainLine(upstream.software), style.bad(plainLine(upstream.error))].filter(Boolean).join('  '),
  ]);
  return renderTable(style, ['UPSTREAM', 'STATE', 'TOOLS', 'SHARED WITH', ''], rows);
}

/** The groups, or "nobody". */
export function shareText(share: readonly string[]): string {
  return share.length === 0 ? 'nobody' : share.join(', ');
}

function stateText(style: Style, state: UpstreamState): string {
  const text = enumWord(UpstreamStateSchema, state);
  if (state === UpstreamState.READY) return style.good(text);
  return state === UpstreamState.FAILED ? style.bad(text) : style.warn(text);
}
