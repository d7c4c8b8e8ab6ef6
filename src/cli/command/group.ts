import { create } from '@bufbuild/protobuf';
import type { Command } from 'commander';
import {
  type Group,
  GroupSchema,
  GroupService,
  LeaveGroupResponseSchema,
  ListGroupsResponseSchema,
  ListMembersResponseSchema,
} from '../../../gen/towline/v1/group_service_pb.ts';
import { parseNodeId } from '../../trust/node-id.ts';
import { nodeClient } from '../client.ts';
import { parseWholeSeconds } from '../duration.ts';
import { listGroups, showGroup } from '../groups.ts';
import type { Io } from '../io.ts';
import { collect } from '../options.ts';
import { renderGroup, renderGroups } from '../render/groups.ts';
import { jsonOf, prettyJson } from '../render/json.ts';

export const examples = [
  'towline group create team',
  'towline invite --group team          # one for each node that shall be a member',
  'towline group show team',
  'towline group remove team old-laptop',
  'towline group owner add team desk',
];

interface AddOptions {
  readonly role?: string;
  readonly address?: string[];
}

interface CreateOptions {
  readonly as?: string;
  readonly expires?: number;
}

/** `towline group`: groups whose members all know each other, by a roster that the owners sign. */
export function setup(command: Command, io: Io): void {
  command
    .command('create <group>')
    .description('Found a group: this node is its first owner; keys that it trusts in the group become members.')
    .option('--as <alias>', 'what the group calls this node (default: its name)')
    .option(
      '--expires <time>',
      'how long a roster gives trust when no owner renews it (default: for ever)',
      parseWholeSeconds,
    )
    .action((name: string, options: CreateOptions) => found(io, name, options));
  command
    .command('list')
    .description('List the groups that this node is in.')
    .action(() => list(io));
  command
    .command('show <group>')
    .description('Show a group, its owners and members, and what is wrong with it.')
    .action((name: string) => show(io, name));
  command
    .command('add <group> <node-id> <alias>')
    .description('Let a key in, or change what the group says of it. With an invite the other node joins by itself.')
    .option('--role <role>', 'its role in the group')
    .option('--address <host:port>', 'where it can be dialed; may be repeated', collect)
    .action((group: string, nodeId: string, alias: string, options: AddOptions) =>
      add(io, group, nodeId, alias, options),
    );
  command
    .command('remove <group> <member>')
    .description('Put a member out, on every node of the group.')
    .action((group: string, member: string) => remove(io, group, member));
  command
    .command('join <peer> <group>')
    .description('Join a group that an owner, a peer of this node, has added this node to.')
    .option('--name <name>', 'what the group is called here; also merges it with the keys of that group')
    .action((peer: string, group: string, { name = '' }: { name?: string }) => join(io, peer, group, name));
  command
    .command('leave <group>')
    .description('Leave a group; its members are trusted no longer.')
    .action((group: string) => leave(io, group));
  command
    .command('alias <group> <member> [alias]')
    .description('Give a member another name on this node; without a name, that of the group.')
    .action((group: string, member: string, alias = '') => rename(io, group, member, alias));
  const owner = command.command('owner').description('Who may change the group.');
  owner
    .command('add <group> <member>')
    .description('Make a member an owner, behind the others.')
    .action((group: string, member: string) => addOwner(io, group, member));
  owner
    .command('remove <group> <member>')
    .description(
      'Make an owner that stands behind this node a member like others; this node itself goes to the last place.',
    )
    .action((group: string, member: string) => removeOwner(io, group, member));
}

async function found(io: Io, name: string, { as: alias = '', expires }: CreateOptions): Promise<void> {
  const groups = await nodeClient(io.home, GroupService);
  const lifetime = expires === undefined ? {} : { lifetimeSeconds: expires };
  const { group } = await groups.createGroup({ name, alias, ...lifetime });
  told(io, group, `The group ${name} is founded.`);
  if (!io.json) io.note(`Let others in: towline invite --group ${name}`);
}

async function list(io: Io): Promise<void> {
  const groups = await listGroups(io.home);
  if (io.json) {
    return io.print(prettyJson(jsonOf(ListGroupsResponseSchema, create(ListGroupsResponseSchema, { groups }))));
  }
  if (groups.length > 0) return io.print(renderGroups(io.style, groups));
  io.note('This node is in no group that has a roster: towline group create');
}

async function show(io: Io, name: string): Promise<void> {
  const { group, members } = await showGroup(io.home, name);
  if (group === undefined) return;
  if (!io.json) return io.print(renderGroup(io.style, group, members));
  const all = create(ListMembersResponseSchema, { group, members });
  io.print(prettyJson(jsonOf(ListMembersResponseSchema, all)));
}

async function add(io: Io, group: string, id: string, alias: string, options: AddOptions): Promise<void> {
  const { role = '', address = [] } = options;
  const groups = await nodeClient(io.home, GroupService);
  const answer = await groups.addMember({ group, nodeId: parseNodeId(id), alias, role, addresses: address });
  told(io, answer.group, `${alias} is a member of ${group}.`);
  if (!io.json)
    io.note(`If it has not joined yet, on that node: towline group join PEER ${answer.group?.name ?? group}`);
}

async function remove(io: Io, group: string, member: string): Promise<void> {
  const groups = await nodeClient(io.home, GroupService);
  const answer = await groups.removeMember({ group, member });
  told(io, answer.group, `${member} is put out of ${group}, everywhere.`);
}

async function join(io: Io, peer: string, group: string, name: string): Promise<void> {
  const groups = await nodeClient(io.home, GroupService);
  const answer = await groups.joinGroup({ peer, group, name });
  told(io, answer.group, `Joined the group ${answer.group?.name ?? ''}.`);
}

async function leave(io: Io, group: string): Promise<void> {
  const groups = await nodeClient(io.home, GroupService);
  const answer = await groups.leaveGroup({ group });
  if (io.json) return io.print(prettyJson(jsonOf(LeaveGroupResponseSchema, answer)));
  io.print(`Left the group ${group}.`);
  if (!answer.resigned) io.note('No owner could be told: the others trust this node until one removes it.');
}

async function rename(io: Io, group: string, member: string, alias: string): Promise<void> {
  const groups = await nodeClient(io.home, GroupService);
  const answer = await groups.setMemberAlias({ group, member, alias });
  told(io, answer.group, alias === '' ? `${member} is called as in ${group}.` : `${member} is called ${alias} here.`);
}

async function addOwner(io: Io, group: string, member: string): Promise<void> {
  const groups = await nodeClient(io.home, GroupService);
  const answer = await groups.addOwner({ group, member });
  told(io, answer.group, `${member} is an owner of ${group}.`);
}

async function removeOwner(io: Io, group: string, member: string): Promise<void> {
  const groups = await nodeClient(io.home, GroupService);
  const { group: before } = await groups.listMembers({ group, pageSize: 1 });
  const answer = await groups.removeOwner({ group, member });
  const isLast = answer.group?.ownerIds.length === before?.ownerIds.length;
  const help = `This node stands last among the owners of ${group} now; on the node of another: towline group owner remove ${group} ${member}`;
  told(io, answer.group, isLast ? help : `${member} is an owner of ${group} no longer.`);
}

/** What was done; with --json, the group as it is now. */
function told(io: Io, group: Group | undefined, text: string): void {
  if (io.json) io.print(prettyJson(jsonOf(GroupSchema, group ?? create(GroupSchema))));
  else io.print(text);
}
