/** What `towline up` was asked for, checked. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isAddress } from '../trust/address.ts';
import { checkName } from './names.ts';
import { usageError } from './usage.ts';

/** The options as they were typed. */
export interface UpOptions {
  readonly detach?: boolean;
  readonly port?: string;
  readonly host?: string;
  readonly advertise?: string[];
  readonly name?: string;
  readonly mcp?: string[];
  readonly share?: string[];
}

/** The same as the node takes it. */
export interface UpRequest {
  readonly home: string;
  readonly listen: { readonly host?: string; readonly port?: number; readonly advertise?: readonly string[] };
  readonly name?: string;
  readonly mcpFiles: { readonly path: string; readonly share: string[] }[];
}

const MAX_PORT = 65_535;

/** Throws a usage error for what cannot be meant. */
export function upRequest(home: string, options: UpOptions): UpRequest {
  const { port, host, advertise, name, mcp = [], share = [] } = options;
  if (share.length > 0 && mcp.length === 0)
    throw usageError('--share says with whom to share, but not what', 'add --mcp FILE');
  for (const group of share) checkName('group', group);
  if (name !== undefined) checkName('name', name);
  for (const address of advertise ?? []) checkAdvertised(address);
  return {
    home,
    listen: {
      ...(host === undefined ? {} : { host }),
      ...(port === undefined ? {} : { port: parsePort(port) }),
      ...(advertise === undefined ? {} : { advertise }),
    },
    ...(name === undefined ? {} : { name }),
    mcpFiles: mcp.map((file) => ({ path: existingFile(file), share })),
  };
}

/** The command line that asks another process for the same. */
export function upArguments({ home, listen, name, mcpFiles }: UpRequest): string[] {
  const option = (flag: string, value: string | number | undefined) =>
    value === undefined ? [] : [flag, String(value)];
  return [
    ...['up', '--home', home],
    ...option('--host', listen.host),
    ...option('--port', listen.port),
    ...(listen.advertise ?? []).flatMap((address) => ['--advertise', address]),
    ...option('--name', name),
    ...mcpFiles.flatMap(({ path }) => ['--mcp', path]),
    ...(mcpFiles[0]?.share ?? []).flatMap((group) => ['--share', group]),
  ];
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= MAX_PORT) return port;
  throw usageError(`"${text}" is not a port`, `write a number from 0 to ${MAX_PORT}; 0 takes a free one`);
}

function checkAdvertised(address: string): void {
  if (isAddress(address)) return;
  throw usageError(`"${address}" is no address`, 'write host:port, or wss://host/path for a WebSocket');
}

function existingFile(path: string): string {
  const absolute = resolve(path);
  if (existsSync(absolute)) return absolute;
  throw usageError(`there is no file ${absolute}`, 'give --mcp the path of a .mcp.json or a similar file');
}
