import { create } from '@bufbuild/protobuf';
import type { Command } from 'commander';
import {
  ApprovalService,
  ListGrantsResponseSchema,
  RevokeGrantResponseSchema,
} from '../../../gen/towline/v1/approval_service_pb.ts';
import { findGrant, listGrants } from '../approvals.ts';
import { nodeClient } from '../client.ts';
import type { Io } from '../io.ts';
import { renderGrants, shortId } from '../render/approvals.ts';
import { jsonOf, prettyJson } from '../render/json.ts';

export const examples = ['towline grants list', 'towline grants revoke 9b04e77a'];

/** `towline grants`: what `approvals always` leaves behind. */
export function setup(command: Command, io: Io): void {
  command
    .command('list')
    .description('List what may be used without asking.')
    .action(() => list(io));
  command
    .command('revoke <id>')
    .description('End a grant at once, by its id or the end of it.')
    .action((id: string) => revoke(io, id));
}

async function list(io: Io): Promise<void> {
  const grants = await listGrants(io.home);
  if (io.json) {
    return io.print(prettyJson(jsonOf(ListGrantsResponseSchema, create(ListGrantsResponseSchema, { grants }))));
  }
  if (grants.length > 0) return io.print(renderGrants(io.style, grants));
  io.note('No grants: `towline approvals always` makes one.');
}

async function revoke(io: Io, text: string): Promise<void> {
  const { grantId } = findGrant(await listGrants(io.home), text);
  const client = await nodeClient(io.home, ApprovalService);
  const answer = await client.revokeGrant({ grantId });
  if (io.json) return io.print(prettyJson(jsonOf(RevokeGrantResponseSchema, answer)));
  io.print(`The grant ${shortId(grantId)} counts no longer: the next call is asked about.`);
}
