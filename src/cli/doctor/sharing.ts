/** Who can see what: each group, who is in it, and what is shared with it. */
import type { Peer } from '../../../gen/towline/v1/node_pb.ts';
import type { UpstreamStatus } from '../../../gen/towline/v1/tool_pb.ts';
import { type Finding, ok, warn } from './finding.ts';

export function sharingFindings(upstreams: readonly UpstreamStatus[], peers: readonly Peer[]): Finding[] {
  const groups = new Set([...upstreams.flatMap(({ share }) => share), ...peers.flatMap((peer) => peer.groups)]);
  return [...groups].sort().map((group) => {
    const members = peers.filter((peer) => peer.groups.includes(group)).map(({ node }) => node?.alias ?? '');
    const shared = upstreams.filter(({ share }) => share.includes(group)).map(({ name }) => name);
    if (members.length === 0) {
      const help = `invite somebody: towline invite --group ${group}; or mend "share" in towline.yaml`;
      return warn('sharing', `${shared.join(', ')}: shared with the group ${group}, in which nobody is`, help);
    }
    const seen = shared.length === 0 ? 'nothing' : shared.join(', ');
    return ok('sharing', `${members.join(', ')} (group ${group}) can see and call ${seen}`);
  });
}
