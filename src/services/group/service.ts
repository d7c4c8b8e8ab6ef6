/** GroupService: the groups of this node, for its owner. The node supplies the actions; this file gives them statuses. */
import { create } from '@bufbuild/protobuf';
import { Code, type ServiceImpl } from '@connectrpc/connect';
import {
  type Group,
  type GroupMember,
  type GroupService,
  LeaveGroupResponseSchema,
  ListGroupsResponseSchema,
  ListMembersResponseSchema,
} from '../../../gen/towline/v1/group_service_pb.ts';
import { fromLocal } from '../../rpc/failure.ts';
import { page } from '../../rpc/page.ts';

type Impl = ServiceImpl<typeof GroupService>;
type Request<M extends keyof Impl> = Parameters<Impl[M]>[0];

/** What the service needs of the node. Each may throw a LocalError. */
export interface GroupActions {
  create(request: Request<'createGroup'>): Promise<Group>;
  list(): Group[];
  show(name: string): { group: Group; members: GroupMember[] };
  add(request: Request<'addMember'>): Promise<Group>;
  remove(request: Request<'removeMember'>): Promise<Group>;
  own(request: Request<'addOwner'>): Promise<Group>;
  disown(request: Request<'removeOwner'>): Promise<Group>;
  join(request: Request<'joinGroup'>): Promise<Group>;
  /** Resolves to whether an owner took this node out. */
  leave(name: string): Promise<boolean>;
  rename(request: Request<'setMemberAlias'>): Promise<Group>;
}

const codes: Readonly<Record<string, Code>> = {
  GROUP_UNKNOWN: Code.NotFound,
  MEMBER_UNKNOWN: Code.NotFound,
  PEER_UNKNOWN: Code.NotFound,
  GROUP_EXISTS: Code.AlreadyExists,
  GROUP_IN_USE: Code.FailedPrecondition,
  GROUP_FULL: Code.ResourceExhausted,
  GROUP_INVALID: Code.InvalidArgument,
  GROUP_OWNER_STAYS: Code.FailedPrecondition,
  NOT_GROUP_OWNER: Code.FailedPrecondition,
  NOT_A_MEMBER: Code.FailedPrecondition,
  OWNER_SENIOR: Code.FailedPrecondition,
  LAST_OWNER: Code.FailedPrecondition,
  ALIAS_TAKEN: Code.AlreadyExists,
  ALIAS_INVALID: Code.InvalidArgument,
  ADDRESS_INVALID: Code.InvalidArgument,
  NODE_ID_INVALID: Code.InvalidArgument,
  ROSTER_INVALID: Code.FailedPrecondition,
  ROSTER_TOO_LARGE: Code.ResourceExhausted,
  ROSTER_CHAIN_BROKEN: Code.FailedPrecondition,
  ROSTER_SIGNER: Code.FailedPrecondition,
  ROSTER_FOREIGN: Code.FailedPrecondition,
  ROSTER_EXPIRED: Code.FailedPrecondition,
  KEYRING_TOO_OPEN: Code.FailedPrecondition,
  NOT_WRITABLE: Code.FailedPrecondition,
};

export function createGroupService(actions: GroupActions): Impl {
  const guarded = <A extends unknown[], R>(action: (...args: A) => R | Promise<R>) => {
    return async (...args: A): Promise<R> => {
      try {
        return await action(...args);
      } catch (error) {
        throw fromLocal(error, codes);
      }
    };
  };
  return {
    createGroup: guarded(async (request) => ({ group: await actions.create(request) })),
    listGroups: guarded((request) => {
      const { items, nextPageToken } = page(actions.list(), (group) => group.name, request);
      return create(ListGroupsResponseSchema, { groups: items, nextPageToken });
    }),
    listMembers: guarded((request) => {
      const { group, members } = actions.show(request.group);
      const { items, nextPageToken } = page(members, (member) => member.rosterAlias, request);
      return create(ListMembersResponseSchema, { group, members: items, nextPageToken });
    }),
    addMember: guarded(async (request) => ({ group: await actions.add(request) })),
    removeMember: guarded(async (request) => ({ group: await actions.remove(request) })),
    addOwner: guarded(async (request) => ({ group: await actions.own(request) })),
    removeOwner: guarded(async (request) => ({ group: await actions.disown(request) })),
    joinGroup: guarded(async (request) => ({ group: await actions.join(request) })),
    leaveGroup: guarded(async ({ group }) => {
      return create(LeaveGroupResponseSchema, { resigned: await actions.leave(group) });
    }),
    setMemberAlias: guarded(async (request) => ({ group: await actions.rename(request) })),
  };
}
