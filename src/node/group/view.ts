/** What other nodes are told of this node's groups. */
import { create } from '@bufbuild/protobuf';
import { type RosterHead, RosterHeadSchema } from '../../../gen/towline/v1/roster_service_pb.ts';
import { LocalError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { GroupQuery, RosterView } from '../../services/roster/service.ts';
import { formatNodeId } from '../../trust/node-id.ts';
import type { HeldGroup } from '../../trust/roster/held.ts';
import { placeOf } from '../../trust/roster/owners.ts';
import { groupUnknown } from '../../trust/roster/problems.ts';
import type { Rosters } from '../../trust/rosters.ts';

/** What a hello of a node announces that exchanges rosters. */
export const ROSTER_FEATURE = 'roster';

export function rosterView(rosters: Rosters, log: Log): RosterView {
  /** The group, if the key is in it: for anyone else it does not exist. */
  function seenBy(nodeId: Uint8Array, { group, groupId }: GroupQuery): HeldGroup | undefined {
    const held = groupId.length === 0 ? rosters.byName(group) : rosters.find({ group, groupId });
    return held && rosters.member(held, nodeId) && held;
  }
  const headOf = (held: HeldGroup): RosterHead => create(RosterHeadSchema, rosters.head(held));
  return {
    changes: rosters.changes,
    heads: (nodeId) =>
      rosters
        .list()
        .filter((held) => rosters.member(held, nodeId))
        .map(headOf),
    headOf(name, nodeId) {
      const held = rosters.byName(name);
      return held && rosters.member(held, nodeId) && headOf(held);
    },
    roster: (query, nodeId) => seenBy(nodeId, query)?.roster.signed,
    async resign(query, nodeId) {
      const held = seenBy(nodeId, query);
      if (!held) throw groupUnknown(query.group);
      if (placeOf(held.roster.chain.owners, nodeId) !== -1) throw ownerStays(held.name);
      const member = rosters.member(held, nodeId);
      await rosters.edit(held.name, (draft) => draft.revoke(member?.nodeId ?? nodeId));
      log.info('a member left', { group: held.name, nodeId: formatNodeId(nodeId) });
    },
  };
}

export function ownerStays(name: string): LocalError {
  return new LocalError('GROUP_OWNER_STAYS', `an owner does not leave the group "${name}"`, {
    help: `another owner (towline group owner add) first makes it a member like others, on its node: towline group owner remove ${name} THIS-NODE`,
  });
}
