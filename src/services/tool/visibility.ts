/**
 * Who sees which tools of this node: agents and the owner see all, everybody else what is shared with a group that
 * they are in. What is not shared with anybody is seen by nobody else.
 */
import type { Principal } from '../../rpc/principal.ts';

export function isLocal(principal: Principal): boolean {
  return principal.kind === 'agent' || principal.kind === 'owner';
}

export function maySee(principal: Principal, share: readonly string[]): boolean {
  return isLocal(principal) || share.some((group) => principal.groups.has(group));
}
