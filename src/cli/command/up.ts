import type { Command } from 'commander';
import type { Io } from '../io.ts';
import { collect } from '../options.ts';
import { type UpOptions, upRequest } from '../up-request.ts';

export const examples = [
  'towline up',
  'towline up --detach',
  'towline up --mcp .mcp.json --share home',
  'towline up --name ci --host 0.0.0.0 --port 7433',
  'towline up --advertise ci.example.net:7433 --advertise wss://ci.example.net/link',
];

/** `towline up`: in the foreground until Ctrl-C, or in the background with `--detach`. */
export function setup(command: Command, io: Io): void {
  command
    .option('-d, --detach', 'start it in the background, and return when it is ready')
    .option('--port <port>', 'the port to listen on; 0 takes a free one (default: 7433)')
    .option('--host <host>', 'the address to listen on (default: all interfaces)')
    .option('--advertise <address>', 'where others can dial it, instead of its interfaces; may be repeated', collect)
    .option('--name <name>', 'what the node calls itself (default: made from the host name)')
    .option('--mcp <file>', 'offer the MCP servers of this file (.mcp.json and the like); may be repeated', collect)
    .option('--share <group>', 'share the servers of all --mcp files with this group; may be repeated', collect);
  command.action(async (options: UpOptions) => {
    const request = upRequest(io.home, options);
    if (options.detach === true) return (await import('../up-detached.ts')).upDetached(io, request);
    return (await import('../up-foreground.ts')).upForeground(io, request);
  });
}
