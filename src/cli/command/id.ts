import type { Command } from 'commander';
import { toHex } from '../../base/bytes.ts';
import { loadIdentity } from '../../trust/identity.ts';
import type { Io } from '../io.ts';
import { prettyJson } from '../render/json.ts';

export const examples = ['towline id', 'towline id --hex', 'towline id --json'];

/** `towline id`: works with the node down. */
export function setup(command: Command, io: Io): void {
  command.option('--hex', 'as 64 hex digits');
  command.action(async ({ hex }: { hex?: boolean }) => {
    const { nodeId, text } = await loadIdentity(io.home);
    if (io.json) return io.print(prettyJson({ nodeId: text, hex: toHex(nodeId) }));
    io.print(hex === true ? toHex(nodeId) : text);
  });
}
