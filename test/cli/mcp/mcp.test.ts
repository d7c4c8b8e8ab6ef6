import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { AgentState } from '../../../gen/towline/v1/presence_pb.ts';
import { PresenceService } from '../../../gen/towline/v1/presence_service_pb.ts';
import { nodeClient } from '../../../src/cli/client.ts';
import { eventually } from '../../../src/cli/demo/verify.ts';
import { homePaths } from '../../../src/node/home.ts';
import { towline } from '../../fixtures/mesh.ts';
import { connect, quietHome, toolNames } from './sessions.ts';

describe('towline mcp', () => {
  it('joins the node that runs, as an agent whose token ends with the session', { timeout: 60_000 }, async () => {
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
});

describe('towline up', () => {
  it('says in the background what it would have said in the foreground', async () => {
    await using home = await quietHome();
    await writeFile(homePaths(home.path).config, 'listen: [\n');
    const { code, stderr } = await towline(['up', '--detach', '--home', home.path]);
    expect(code).toBe(1);
    expect(stderr).toContain('towline.yaml:');
    expect(stderr).toContain('CONFIG_INVALID');
  });
});
