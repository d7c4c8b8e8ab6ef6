import { createClient } from '@connectrpc/connect';
import { type Group, type GroupMember, GroupService } from '../../gen/towline/v1/group_service_pb.ts';
import { nodeTransport } from './client.ts';
import { allPages } from './pages.ts';

const PAGE_SIZE = 1000;

/** Every group with a roster that the running node is in. */
export async function listGroups(home: string): Promise<Group[]> {
  const groups = createClient(GroupService, await nodeTransport(home));
  return allPages(async (pageToken) => {
    const { groups: rows, nextPageToken } = await groups.listGroups({ pageSize: PAGE_SIZE, pageToken });
    return { rows, nextPageToken };
  });
}

/** A group and all of its members. */
export async function showGroup(
  home: string,
  name: string,
): Promise<{ group: Group | undefined; members: GroupMember[] }> {
  const groups = createClient(GroupService, await nodeTransport(home));
  let group: Group | undefined;
  const members = await allPages(async (pageToken) => {
    const answer = await groups.listMembers({ group: name, pageSize: PAGE_SIZE, pageToken });
    group = answer.group;
    return { rows: answer.members, nextPageToken: answer.nextPageToken };
  });
  return { group, members };
}
