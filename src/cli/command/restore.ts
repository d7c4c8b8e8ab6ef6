import type { Command } from 'commander';
import { BackupHeaderSchema } from '../../../gen/towline/v1/backup_pb.ts';
import { restoreBackup } from '../../node/backup/restore.ts';
import { formatNodeId } from '../../trust/node-id.ts';
import type { Io } from '../io.ts';
import { jsonOf, prettyJson } from '../render/json.ts';

export const examples = [
  'towline restore laptop.towline',
  'towline --home /srv/towline restore /mnt/safe/2026-11-21.towline',
];

/** `towline restore`: into a home that is not there yet. */
export function setup(command: Command, io: Io): void {
  command.argument('<file>', 'what `towline backup` wrote').action(async (file: string) => {
    const header = await restoreBackup(file, io.home);
    if (io.json) return io.print(prettyJson(jsonOf(BackupHeaderSchema, header)));
    io.print(`${io.home}: ${formatNodeId(header.nodeId)}`);
    io.note('Run it in one place only: end the node of the old home for good before `towline up` here.');
  });
}
