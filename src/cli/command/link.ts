import type { Command } from 'commander';
import { AdminService, LinkState, ListLinksResponseSchema } from '../../../gen/towline/v1/admin_service_pb.ts';
import { nodeClient } from '../client.ts';
import type { Io } from '../io.ts';
import { jsonOf, prettyJson } from '../render/json.ts';
import { renderClosedLinks, renderLinks } from '../render/links.ts';

export const examples = [
  'towline link',
  'towline link desk --watch',
  'towline link --closed',
  'towline link --watch --json',
];

interface Options {
  readonly watch?: boolean;
  readonly closed?: boolean;
}

/** `towline link`: what AdminService says of the links. */
export function setup(command: Command, io: Io): void {
  command
    .argument('[alias]', 'only the links to this peer: its alias, did:key or 64 hex digits')
    .option('--closed', 'those that ended instead: the last 100, newest first')
    .option(
      '-w, --watch',
      'go on, until Ctrl-C: a table on a terminal, else a line for each change; with --json one event a line',
    );
  command.action(async (peer = '', { watch = false, closed = false }: Options) => {
    if (watch) return (await import('../watch-links.ts')).watchLinks(io, { peer, closed });
    return show(io, peer, closed);
  });
}

async function show(io: Io, peer: string, closed: boolean): Promise<void> {
  const admin = await nodeClient(io.home, AdminService);
  const states = closed ? [LinkState.CLOSED] : [LinkState.OPEN, LinkState.DRAINING];
  const answer = await admin.listLinks({ peer, states });
  if (io.json) return io.print(prettyJson(jsonOf(ListLinksResponseSchema, answer)));
  if (answer.links.length > 0) return io.print((closed ? renderClosedLinks : renderLinks)(io.style, answer.links));
  io.note(
    closed ? 'No link has ended since the node started.' : 'No links now. `towline peers` says what keeps them away.',
  );
}
