/** RosterService: giving members of a group its roster, and letting them go. */
import { create } from '@bufbuild/protobuf';
import { Code, type HandlerContext, type ServiceImpl } from '@connectrpc/connect';
import type { SignedRoster } from '../../../gen/towline/v1/roster_pb.ts';
import {
  GetRosterResponseSchema,
  ResignMemberResponseSchema,
  type RosterHead,
  type RosterService,
  type WatchRostersResponse,
  WatchRostersResponseSchema,
} from '../../../gen/towline/v1/roster_service_pb.ts';
import type { Broadcast } from '../../base/broadcast.ts';
import { failure, fromLocal } from '../../rpc/failure.ts';
import { principalKey } from '../../rpc/principal.ts';

/** What a group is asked by. */
export interface GroupQuery {
  readonly group: string;
  readonly groupId: Uint8Array;
}

/** What the service needs of the node. Groups that the key is not in do not exist for it. */
export interface RosterView {
  /** The groups that a key is in. */
  heads(nodeId: Uint8Array): RosterHead[];
  /** The group of this local name, if the key is in it. */
  headOf(name: string, nodeId: Uint8Array): RosterHead | undefined;
  roster(query: GroupQuery, nodeId: Uint8Array): SignedRoster | undefined;
  /** Takes the key out. Throws GROUP_UNKNOWN, NOT_GROUP_OWNER or GROUP_OWNER_STAYS. */
  resign(query: GroupQuery, nodeId: Uint8Array): Promise<void>;
  /** The local names of groups that changed. */
  readonly changes: Broadcast<string>;
}

const codes: Readonly<Record<string, Code>> = {
  GROUP_UNKNOWN: Code.NotFound,
  NOT_GROUP_OWNER: Code.FailedPrecondition,
  GROUP_OWNER_STAYS: Code.FailedPrecondition,
  GROUP_FULL: Code.ResourceExhausted,
};

export function createRosterService(view: RosterView): ServiceImpl<typeof RosterService> {
  return {
    watchRosters: (_request, context) => watch(view, peerKey(context), context.signal),
    getRoster(request, context) {
      const roster = view.roster(request, peerKey(context));
      if (!roster) throw unknownGroup(request.group);
      return create(GetRosterResponseSchema, { roster });
    },
    async resignMember(request, context) {
      try {
        await view.resign(request, peerKey(context));
      } catch (error) {
        throw fromLocal(error, codes);
      }
      return create(ResignMemberResponseSchema);
    },
  };
}

async function* watch(view: RosterView, nodeId: Uint8Array, signal: AbortSignal): AsyncGenerator<WatchRostersResponse> {
  const changes = view.changes.watch(signal);
  for (const head of view.heads(nodeId)) yield create(WatchRostersResponseSchema, { head });
  for await (const name of changes) {
    const head = view.headOf(name, nodeId);
    if (head) yield create(WatchRostersResponseSchema, { head });
  }
}

/** The key of the peer that asks: tokens and agents are in no group of keys. */
function peerKey(context: HandlerContext): Uint8Array {
  const { kind, nodeId } = context.values.get(principalKey);
  if (kind === 'peer' && nodeId) return nodeId;
  throw failure(Code.PermissionDenied, 'PEERS_ONLY', 'rosters are for nodes alone', {
    permanent: true,
    help: 'the owner of the node sees them with `towline group show`',
  });
}

function unknownGroup(group: string) {
  return failure(Code.NotFound, 'GROUP_UNKNOWN', `no group "${group}" that you are in is known here`, {
    permanent: true,
    help: 'ask an owner of the group: towline group add, or towline invite --group',
  });
}
