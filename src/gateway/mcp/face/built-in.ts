/** The gateway's own tools: who is there, what can be done, do it, and say what one does. */
import { builtInCallTool } from './built-in-call.ts';
import { builtInChannel } from './built-in-channel.ts';
import { builtInFindTool } from './built-in-find.ts';
import { builtInPeers } from './built-in-peers.ts';
import { builtInSetStatus } from './built-in-status.ts';
import type { BuiltIn } from './built-in-type.ts';

/** By name, in the order of the list. */
export const builtIns: ReadonlyMap<string, BuiltIn> = new Map(
  [builtInPeers, builtInFindTool, builtInCallTool, builtInSetStatus, builtInChannel].map((tool) => [tool.name, tool]),
);
