import type { Command } from 'commander';
import { AdminService, ReloadResponseSchema } from '../../../gen/towline/v1/admin_service_pb.ts';
import { nodeClient } from '../client.ts';
import { exitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { renderConfigErrors } from '../render/config-errors.ts';
import { jsonOf, prettyJson } from '../render/json.ts';

export const examples = ['towline reload', 'towline reload --json'];

/** `towline reload`: a changed towline.yaml, MCP files and keyring count from now on. Ends with 1 if a part is wrong. */
export function setup(command: Command, io: Io): void {
  command.action(async () => {
    const admin = await nodeClient(io.home, AdminService);
    const answer = await admin.reload({});
    if (answer.configErrors.length > 0) io.exitCode = exitCode('failure');
    if (io.json) return io.print(prettyJson(jsonOf(ReloadResponseSchema, answer)));
    if (answer.configErrors.length === 0) return io.print('The configuration has been read again.');
    io.print(`The configuration has been read again, but for:\n${renderConfigErrors(io.style, answer.configErrors)}`);
  });
}
