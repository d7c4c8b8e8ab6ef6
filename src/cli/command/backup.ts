import type { Command } from 'commander';
import { BackupHeaderSchema } from '../../../gen/towline/v1/backup_pb.ts';
import { writeBackup } from '../../node/backup/write.ts';
import type { Io } from '../io.ts';
import { jsonOf, prettyJson } from '../render/json.ts';

export const examples = [
  'towline backup laptop.towline',
  'towline --home /srv/towline backup /mnt/safe/$(date +%F).towline',
];

/** `towline backup`: works with the node up or down. */
export function setup(command: Command, io: Io): void {
  command.argument('<file>', 'where to write it; must not exist').action(async (file: string) => {
    const header = await writeBackup(io.home, file);
    if (io.json) return io.print(prettyJson(jsonOf(BackupHeaderSchema, header)));
    io.print(`${file}: ${header.files.length} files of ${io.home}`);
    io.note("It holds the node's private key: whoever reads it can be this node. Keep it where only you can read it.");
  });
}
