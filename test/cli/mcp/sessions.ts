/** `towline mcp` as an MCP client starts it, and homes for it. */
import { readFile, writeFile } from 'node:fs/promises';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { homePaths } from '../../../src/node/home.ts';
import { bin, towline } from '../../fixtures/mesh.ts';
import { tempHome } from '../temp-home.ts';

/** A home whose node listens on a free port of this machine alone, and is ended with the home. */
export async function quietHome() {
  const home = await tempHome();
  await writeFile(homePaths(home.path).config, 'name: quiet\nlisten: { host: 127.0.0.1, port: 0 }\n');
  const dispose = async () => {
    await towline(['down', '--home', home.path]);
    await home[Symbol.asyncDispose]();
  };
  return { path: home.path, [Symbol.asyncDispose]: dispose };
}

/** An MCP client of `towline mcp`. */
export async function connect(home: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' });
  const env = { ...process.env, TOWLINE_SOURCE: '1' } as Record<string, string>;
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [bin, 'mcp', '--home', home], env, stderr: 'ignore' }),
  );
  return client;
}

export async function pidOf(home: string): Promise<number> {
  const text = await readFile(homePaths(home).runFile, 'utf8');
  return (JSON.parse(text) as { pid: number }).pid;
}

export async function toolNames(client: Client): Promise<string[]> {
  return (await client.listTools()).tools.map(({ name }) => name);
}
