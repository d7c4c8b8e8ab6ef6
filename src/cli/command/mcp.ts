import type { Command } from 'commander';
import type { Io } from '../io.ts';
import { usageError } from '../usage.ts';

export const examples = [
  'towline mcp',
  'towline mcp --agent claude',
  'towline mcp --approver',
  'claude mcp add mesh -- towline mcp',
];

/** The pattern of a token's subject (`towline.v1.TokenBody`). */
const AGENT = /^[a-z0-9][a-z0-9_.-]{0,63}$/;

interface McpOptions {
  readonly agent?: string;
  readonly approver?: boolean;
}

/** `towline mcp`: started by an MCP client. stdout is MCP and nothing else; the log goes to stderr. */
export function setup(command: Command, io: Io): void {
  command.option('--agent <name>', "the client's name on this node (default: mcp-PID)");
  command.option('--approver', 'put approvals to the user of this client, as the owner of the node');
  command.action(async ({ agent: named, approver: isApprover = false }: McpOptions) => {
    const agent = named ?? `mcp-${process.pid}`;
    if (!AGENT.test(agent)) throw usageError(`"${agent}" cannot be an agent`, 'use a-z, 0-9, _, . and -');
    const { serveMcp } = await import('../mcp/serve.ts');
    await serveMcp(io, { agent, isPassing: named === undefined, isApprover });
  });
}
