import type { Command } from 'commander';
import { AdminService, RotateKeyResponseSchema } from '../../../gen/towline/v1/admin_service_pb.ts';
import { toHex } from '../../base/bytes.ts';
import { loadIdentity } from '../../trust/identity.ts';
import { formatNodeId } from '../../trust/node-id.ts';
import { nodeClient } from '../client.ts';
import { parseWholeSeconds } from '../duration.ts';
import type { Io } from '../io.ts';
import { jsonOf, prettyJson } from '../render/json.ts';

export const examples = ['towline id', 'towline id --hex', 'towline id --json', 'towline id rotate --grace 7d'];

/** `towline id`: works with the node down. */
export function setup(command: Command, io: Io): void {
  command.option('--hex', 'as 64 hex digits');
  command.action(async ({ hex }: { hex?: boolean }) => {
    const { nodeId, text } = await loadIdentity(io.home);
    if (io.json) return io.print(prettyJson({ nodeId: text, hex: toHex(nodeId) }));
    io.print(hex === true ? toHex(nodeId) : text);
  });
  command
    .command('rotate')
    .description('Give the running node a new key, signed by the old one. Its peers follow.')
    .option('--grace <time>', 'how long they accept the old key too (default: 7d, at most 30d)', parseWholeSeconds)
    .action((options: { grace?: number }) => rotate(io, options.grace));
}

async function rotate(io: Io, graceSeconds: number | undefined): Promise<void> {
  const admin = await nodeClient(io.home, AdminService);
  const answer = await admin.rotateKey(graceSeconds === undefined ? {} : { graceSeconds });
  if (io.json) return io.print(prettyJson(jsonOf(RotateKeyResponseSchema, answer)));
  io.print(formatNodeId(answer.nodeId));
  if (answer.followers.length > 0) io.note(`${answer.followers.join(', ')}: follow already.`);
  if (answer.untold.length > 0)
    io.note(`${answer.untold.join(', ')}: will follow when the two nodes reach each other.`);
  io.note('Make new invites: those that were not redeemed work no more.');
}
