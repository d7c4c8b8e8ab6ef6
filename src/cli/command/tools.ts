import { create } from '@bufbuild/protobuf';
import type { Command } from 'commander';
import { ListToolsResponseSchema } from '../../../gen/towline/v1/tool_service_pb.ts';
import type { Io } from '../io.ts';
import { listTools } from '../list-tools.ts';
import { jsonOf, prettyJson } from '../render/json.ts';
import { renderTools, renderToolsLong } from '../render/tools.ts';

export const examples = [
  'towline tools',
  'towline tools --node desk --long',
  'towline tools --who',
  'towline tools --watch --json',
];

interface Options {
  readonly node?: string;
  readonly who?: boolean;
  readonly watch?: boolean;
  readonly long?: boolean;
}

/** `towline tools`: what can be called from here, and who may call what is here. */
export function setup(command: Command, io: Io): void {
  command
    .option('--node <alias>', 'only the tools of this node; "self" for this one')
    .option('--who', "who sees this node's tools: the groups, and the peers in them")
    .option('-l, --long', "with each tool's description and argument schema")
    .option('-w, --watch', 'go on with each change, until Ctrl-C; with --json one event a line');
  command.action(async (options: Options) => {
    if (options.who === true) return (await import('../who.ts')).showWho(io);
    if (options.watch === true) return (await import('../watch-tools.ts')).watchTools(io, options.node);
    return show(io, options);
  });
}

async function show(io: Io, { node = '', long = false }: Options): Promise<void> {
  const tools = await listTools(io.home, node);
  if (io.json) return io.print(prettyJson(jsonOf(ListToolsResponseSchema, create(ListToolsResponseSchema, { tools }))));
  if (tools.length > 0) return io.print(long ? renderToolsLong(io.style, tools) : renderTools(io.style, tools));
  io.note('No tools. `towline up --mcp FILE --share GROUP` offers those of MCP servers.');
}
