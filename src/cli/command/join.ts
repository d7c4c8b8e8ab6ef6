import type { Command } from 'commander';
import { AdminService, JoinResponseSchema } from '../../../gen/towline/v1/admin_service_pb.ts';
import { nodeClient } from '../client.ts';
import type { Io } from '../io.ts';
import { jsonOf, prettyJson } from '../render/json.ts';
import { nodeIdText } from '../render/node-id.ts';
import { renderPairs } from '../render/table.ts';

export const examples = ['towline join towline-invite-…', 'towline join towline-invite-… --alias desk --as laptop'];

interface Options {
  readonly alias?: string;
  readonly group?: string;
  readonly as?: string;
}

/** `towline join`: the node redeems the invite, and keeps a link to the inviter. */
export function setup(command: Command, io: Io): void {
  command
    .argument('<invite>', 'what `towline invite` printed there')
    .option('--alias <alias>', 'what the inviter is called here (default: what it calls itself)')
    .option('--group <group>', "the group that the inviter gets into here (default: the invite's)")
    .option('--as <alias>', 'what this node would like to be called there');
  command.action(async (invite: string, { alias = '', group = '', as = '' }: Options) => {
    const admin = await nodeClient(io.home, AdminService);
    const answer = await admin.join({ invite: invite.trim(), alias, group, proposedAlias: as });
    if (io.json) return io.print(prettyJson(jsonOf(JoinResponseSchema, answer)));
    const { node, groups = [] } = answer.peer ?? {};
    io.print(`Joined ${node?.alias ?? ''}; there, this node is called ${answer.ownAlias}.`);
    io.print(
      renderPairs(io.style, [
        ['node id', nodeIdText(node)],
        ['groups', groups.join(', ')],
        ['hub', answer.hubAlias],
      ]),
    );
  });
}
