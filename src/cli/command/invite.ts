import type { Command } from 'commander';
import { AdminService, CreateInviteResponseSchema } from '../../../gen/towline/v1/admin_service_pb.ts';
import { nodeClient } from '../client.ts';
import { parseWholeSeconds } from '../duration.ts';
import type { Io } from '../io.ts';
import { jsonOf, prettyJson } from '../render/json.ts';
import { untilText } from '../render/time.ts';

export const examples = ['towline invite', 'towline invite --group work --alias ci --expires 1h'];

interface Options {
  readonly group?: string;
  readonly alias?: string;
  readonly expires?: number;
}

/** `towline invite`: stdout has the invite alone, so that it can be piped; the rest goes to stderr. */
export function setup(command: Command, io: Io): void {
  command
    .option('--group <group>', 'the group that the other node gets into here (default: home)')
    .option('--alias <alias>', 'what the other node is called here (default: what it calls itself)')
    .option('--expires <time>', 'how long the invite works (default: 24h)', parseWholeSeconds);
  command.action(async ({ group = '', alias = '', expires }: Options) => {
    const admin = await nodeClient(io.home, AdminService);
    const lifetime = expires === undefined ? {} : { lifetimeSeconds: expires };
    const answer = await admin.createInvite({ group, alias, ...lifetime });
    if (io.json) return io.print(prettyJson(jsonOf(CreateInviteResponseSchema, answer)));
    io.print(answer.invite);
    io.note(`For one node, once, into the group "${answer.group}"; it expires ${untilText(answer.expireTime)}.`);
    io.note('On the other machine: towline join INVITE');
  });
}
