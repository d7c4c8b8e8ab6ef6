import { create } from '@bufbuild/protobuf';
import type { Command } from 'commander';
import {
  AddTrustResponseSchema,
  AdminService,
  RemoveTrustResponseSchema,
} from '../../../gen/towline/v1/admin_service_pb.ts';
import { ListPeersResponseSchema } from '../../../gen/towline/v1/node_service_pb.ts';
import { parseNodeId } from '../../trust/node-id.ts';
import { nodeClient } from '../client.ts';
import type { Io } from '../io.ts';
import { listPeers } from '../list-peers.ts';
import { collect } from '../options.ts';
import { jsonOf, prettyJson } from '../render/json.ts';
import { renderTrust } from '../render/peers.ts';

export const examples = [
  'towline trust list',
  'towline trust add did:key:z6Mk… ci --group work --address ci.example.net:7433 --dial',
  'towline trust remove ci',
];

interface AddOptions {
  readonly group?: string;
  readonly address?: string[];
  readonly dial?: boolean;
}

/** `towline trust`: the keyring, without an invite. */
export function setup(command: Command, io: Io): void {
  command
    .command('list')
    .description('List the trusted keys.')
    .action(() => list(io));
  command
    .command('add <node-id> <alias>')
    .description('Trust a key, given as did:key or as 64 hex digits.')
    .option('--group <group>', 'the group that it gets into (default: home)')
    .option('--address <address>', 'where it can be dialed: host:port, or wss://host/path; may be repeated', collect)
    .option('--dial', 'keep a link to it without being asked')
    .action((nodeId: string, alias: string, options: AddOptions) => add(io, nodeId, alias, options));
  command
    .command('remove <peer>')
    .description('Trust a key no longer; its links end at once.')
    .option('--group <group>', 'remove it from this group alone')
    .action((peer: string, { group = '' }: { group?: string }) => remove(io, peer, group));
}

async function list(io: Io): Promise<void> {
  const peers = await listPeers(io.home);
  if (io.json) return io.print(prettyJson(jsonOf(ListPeersResponseSchema, create(ListPeersResponseSchema, { peers }))));
  if (peers.length > 0) return io.print(renderTrust(io.style, peers));
  io.note('No key is trusted yet.');
}

async function add(io: Io, nodeId: string, alias: string, options: AddOptions): Promise<void> {
  const { group = '', address = [], dial = false } = options;
  const admin = await nodeClient(io.home, AdminService);
  const request = { nodeId: parseNodeId(nodeId), alias, group, addresses: address, dial };
  const answer = await admin.addTrust(request);
  if (io.json) return io.print(prettyJson(jsonOf(AddTrustResponseSchema, answer)));
  io.print(`${alias} is trusted, in ${answer.peer?.groups.join(', ') ?? ''}.`);
}

async function remove(io: Io, peer: string, group: string): Promise<void> {
  const admin = await nodeClient(io.home, AdminService);
  const answer = await admin.removeTrust({ peer, group });
  if (io.json) return io.print(prettyJson(jsonOf(RemoveTrustResponseSchema, answer)));
  io.print(`Removed ${peer} from ${answer.groups.join(', ')}.${answer.revoked ? ' It is trusted no longer.' : ''}`);
}
