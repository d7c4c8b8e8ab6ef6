/** `towline tools --watch`: a line for each change of what a node offers. */
import {
  ToolService,
  type WatchToolsResponse,
  WatchToolsResponseSchema,
} from '../../gen/towline/v1/tool_service_pb.ts';
import { nodeClient } from './client.ts';
import type { Io } from './io.ts';
import { jsonOf } from './render/json.ts';
import { plainLine } from './render/plain.ts';
import { watchUntilInterrupted } from './watch.ts';

/** Until Ctrl-C; only the events of one node if `node` is given. */
export async function watchTools(io: Io, node?: string): Promise<void> {
  const tools = await nodeClient(io.home, ToolService);
  await watchUntilInterrupted(
    (signal) => tools.watchTools({}, { signal }),
    (event) => {
      if (node !== undefined && nodeOf(event) !== node) return;
      io.print(io.json ? JSON.stringify(jsonOf(WatchToolsResponseSchema, event)) : changeText(io, event));
    },
  );
}

function nodeOf({ event }: WatchToolsResponse): string | undefined {
  if (event.case === 'removedNode') return event.value;
  return event.case === 'toolSet' ? event.value.node : undefined;
}

function changeText({ style }: Io, { event }: WatchToolsResponse): string {
  const time = style.dim(new Date().toLocaleTimeString());
  if (event.case === 'removedNode') return `${time}  ${style.bold(event.value)}  ${style.bad('gone')}`;
  if (event.case !== 'toolSet') return `${time}  ${style.dim('that is all for now; changes follow')}`;
  const names = event.value.tools.map(({ ref }) => plainLine(ref?.name ?? ''));
  return `${time}  ${style.bold(event.value.node)}  ${names.length} tools: ${names.join(', ')}`;
}
