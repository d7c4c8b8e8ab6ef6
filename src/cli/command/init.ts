import type { Command } from 'commander';
import { initHome } from '../init-home.ts';
import type { Io } from '../io.ts';
import { prettyJson } from '../render/json.ts';
import { renderPairs } from '../render/table.ts';

export const examples = ['towline init', 'towline init --name laptop', 'towline --home /srv/towline init'];

/** `towline init`: everything that `up` needs. Running it again changes nothing. */
export function setup(command: Command, io: Io): void {
  command.option('--name <name>', 'what the node calls itself (default: made from the host name)');
  command.action(async ({ name }: { name?: string }) => {
    const made = await initHome(io.home, name);
    if (io.json) return io.print(prettyJson(made));
    io.print(made.created ? `Made a home in ${made.home}` : `${made.home} is a home already; nothing was changed`);
    io.print(
      renderPairs(io.style, [
        ['node id', made.nodeId],
        ['configuration', made.config],
        ['next', 'towline up'],
      ]),
    );
  });
}
