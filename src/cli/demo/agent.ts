/** The agent: an MCP client of the official SDK, over either transport and in either era. */
import type { Client, Transport } from '@modelcontextprotocol/client';
import { LocalError } from '../../base/errors.ts';
import { binPath } from '../package.ts';
import { verify } from './verify.ts';

/** The newest protocol revision, without a handshake; "legacy" are those before. */
const MODERN_VERSION = '2026-07-28';

export type Era = 'modern' | 'legacy';
export type Door = 'stdio' | 'http';

/** How an agent reaches its node. */
export interface AgentTarget {
  readonly home: string;
  /** Where the node answers on this machine. */
  readonly url: string;
  /** An agent token, for HTTP; over stdio `towline mcp` gets its own. */
  readonly token: string;
}

export interface Agent extends AsyncDisposable {
  readonly client: Client;
  /** How long it took to be connected, a process start included where there is one. */
  readonly connectMs: number;
}

/** Connects, and verifies that the era is the one that was asked for. */
export async function connectAgent(target: AgentTarget, door: Door, era: Era): Promise<Agent> {
  const { Client } = await import('@modelcontextprotocol/client');
  const mode = era === 'legacy' ? 'legacy' : { pin: MODERN_VERSION };
  const client = new Client({ name: 'towline-demo', version: '1.0.0' }, { versionNegotiation: { mode } });
  const start = performance.now();
  await client.connect(door === 'stdio' ? await stdioTransport(target) : await httpTransport(target));
  const connectMs = performance.now() - start;
  verify(client.getProtocolEra() === era, `the connection is in the ${era} era`);
  return { client, connectMs, [Symbol.asyncDispose]: () => client.close() };
}

async function stdioTransport({ home }: AgentTarget): Promise<Transport> {
  const { StdioClientTransport } = await import('@modelcontextprotocol/client/stdio');
  const args = [binPath(), 'mcp', '--home', home];
  return new StdioClientTransport({ command: process.execPath, args, env: inheritedEnv(), stderr: 'ignore' });
}

async function httpTransport({ url, token }: AgentTarget): Promise<Transport> {
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
  const headers = { authorization: `Bearer ${token}` };
  return new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit: { headers } });
}

function inheritedEnv(): Record<string, string> {
  const defined = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(defined);
}

/** The text of a result that must have succeeded. */
export function textOf(result: Awaited<ReturnType<Client['callTool']>>): string {
  const text = result.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  if (result.isError === true) throw new LocalError('DEMO_FAILED', `the tool says that it failed: ${text}`);
  return text;
}
