import { readFile, writeFile } from 'node:fs/promises';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { describe, expect, it } from 'vitest';
import { AgentState } from '../../../gen/towline/v1/presence_pb.ts';
import { PresenceService } from '../../../gen/towline/v1/presence_service_pb.ts';
import { nodeClient } from '../../../src/cli/client.ts';
import { eventually } from '../../../src/cli/demo/verify.ts';
import { homePaths } from '../../../src/node/home.ts';
import { isProcessAlive } from '../../../src/node/run-file.ts';
import { bin, towline } from '../../fixtures/mesh.ts';
import { tempHome } from '../temp-home.ts';

/** A home whose node listens on a free port of this machine alone, and is ended with the home. */
async function quietHome() {
  const home = await tempHome();
  await writeFile(homePaths(home.path).config, 'name: quiet\nlisten: { host: 127.0.0.1, port: 0 }\n');
  const dispose = async () => {
    await towline(['down', '--home', home.path]);
    await home[Symbol.asyncDispose]();
  };
  return { path: home.path, [Symbol.asyncDispose]: dispose };
}

/** An MCP client of `towline mcp`. */
async function connect(home: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' });
  const env = { ...process.env, TOWLINE_SOURCE: '1' } as Record<string, string>;
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [bin, 'mcp', '--home', home], env, stderr: 'ignore' }),
  );
  return client;
}

async function pidOf(home: string): Promise<number> {
  const text = await readFile(homePaths(home).runFile, 'utf8');
  return (JSON.parse(text) as { pid: number }).pid;
}

async function toolNames(client: Client): Promise<string[]> {
  return (await client.listTools()).tools.map(({ name }) => name);
}

describe('towline mcp', () => {
  it('runs a node in its own process when none runs, and ends it with the session', async () => {
    await using home = await quietHome();
    const client = await connect(home.path);
    expect(await toolNames(client)).toContain('towline_peers');
    const pid = await pidOf(home.path);
    expect((await towline(['peers', '--home', home.path])).code).toBe(0);
    await client.close();
    await eventually('the process has gone', async () => (isProcessAlive(pid) ? undefined : true));
    expect((await towline(['peers', '--home', home.path])).code).toBe(3);
  });

  it('joins the node that runs, as an agent whose token ends with the session', async () => {
    await using home = await quietHome();
    expect((await towline(['up', '--detach', '--home', home.path])).code).toBe(0);
    const client = await connect(home.path);
    await toolNames(client);
    const tokens = async () => (await towline(['token', 'list', '--json', '--home', home.path])).stdout;
    expect(await tokens()).toContain('"TOKEN_KIND_AGENT"');
    const presence = await nodeClient(home.path, PresenceService);
    const isSeen = async (state: AgentState) => {
      const { agents } = await presence.listPresence({});
      return agents.find((agent) => /^mcp-\d+$/.test(agent.ref?.agent ?? '') && agent.state === state);
    };
    const here = await eventually('the client is shown', () => isSeen(AgentState.ONLINE));
    expect(here.sessions).toMatchObject([{ session: 'test', door: 'mcp', software: 'test 1.0.0' }]);
    await client.close();
    await eventually('the client has left', () => isSeen(AgentState.OFFLINE));
    await eventually('the token has gone', async () => ((await tokens()).includes('AGENT') ? undefined : true));
    expect((await towline(['down', '--home', home.path])).code).toBe(0);
  });

  it('goes on when the node that it joined is killed', async () => {
    await using home = await quietHome();
    await towline(['up', '--detach', '--home', home.path]);
    const client = await connect(home.path);
    await toolNames(client);
    const killed = await pidOf(home.path);
    process.kill(killed, 'SIGKILL');
    await eventually('the killed node has gone', async () => (isProcessAlive(killed) ? undefined : true));
    const result = await client.callTool({ name: 'towline_peers', arguments: {} });
    expect(result.isError ?? false).toBe(false);
    expect(await pidOf(home.path)).not.toBe(killed);
    await client.close();
  });
});

describe('towline up', () => {
  it('refuses a second node for one home', async () => {
    await using home = await quietHome();
    await towline(['up', '--detach', '--home', home.path]);
    const background = await towline(['up', '--detach', '--json', '--home', home.path]);
    expect(background.code).toBe(1);
    expect(background.stderr).toContain('NODE_RUNNING');
    const foreground = await towline(['up', '--home', home.path]);
    expect(foreground.code).toBe(1);
    expect(foreground.stderr).toContain('HOME_IN_USE');
    expect((await towline(['down', '--home', home.path])).code).toBe(0);
  });

  it('says in the background what it would have said in the foreground', async () => {
    await using home = await quietHome();
    await writeFile(homePaths(home.path).config, 'listen: [\n');
    const { code, stderr } = await towline(['up', '--detach', '--home', home.path]);
    expect(code).toBe(1);
    expect(stderr).toContain('towline.yaml:');
    expect(stderr).toContain('CONFIG_INVALID');
  });
});
