/**
 * Who sees which tools of this node: agents and the owner see all, everybody else what is shared with a group that
 * they are in. What is not shared with anybody is seen by nobody else. A token with scopes narrows what its bearer sees.
 */
import type { ToolRef } from '../../../gen/towline/v1/tool_pb.ts';
import type { Principal } from '../../rpc/principal.ts';
import { reaches } from '../../trust/scope.ts';

export function isLocal(principal: Principal): boolean {
  return principal.kind === 'agent' || principal.kind === 'owner';
}

export function maySee(principal: Principal, share: readonly string[]): boolean {
  return isLocal(principal) || share.some((group) => principal.groups.has(group));
}

type ToolPath = Pick<ToolRef, 'node' | 'upstream' | 'name'>;

/** Whether the caller's token is for calling this tool. */
export function mayCall({ scopes }: Principal, tool: ToolPath): boolean {
  return scopes === undefined || reaches(scopes, 'tools:call', pathOf(tool));
}

/** Whether the caller's token is for hearing of this tool. */
export function mayHear(principal: Principal, tool: ToolPath): boolean {
  const { scopes } = principal;
  return scopes === undefined || reaches(scopes, 'tools:read', pathOf(tool)) || mayCall(principal, tool);
}

/** As scopes name tools. An upstream that is not named is no `*`: the tool could be any upstream's. */
function pathOf({ node, upstream, name }: ToolPath): string {
  return `${node}/${upstream}/${name}`;
}
