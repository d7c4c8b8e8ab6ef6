/** The gateway's own tools: who is there, what can be done, do it, say what one does, and write to others. */
import { builtInCallTool } from './built-in-call.ts';
import { builtInChannel } from './built-in-channel.ts';
import { builtInFindTool } from './built-in-find.ts';
import { builtInMail } from './built-in-mail.ts';
import { builtInPeers } from './built-in-peers.ts';
import { builtInSetStatus } from './built-in-status.ts';
import type { BuiltIn } from './built-in-type.ts';

/** By name, in the order of the list. */
export const builtIns: ReadonlyMap<string, BuiltIn> = new Map(
  [builtInPeers, builtInFindTool, builtInCallTool, builtInSetStatus, builtInChannel, builtInMail].map((tool) => [
    tool.name,
    tool,
  ]),
);
