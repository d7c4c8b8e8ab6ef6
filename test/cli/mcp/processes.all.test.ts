/** `towline mcp` and `towline up` with processes that come and go. */
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../src/cli/demo/verify.ts';
import { isProcessAlive } from '../../../src/node/run-file.ts';
import { towline } from '../../fixtures/mesh.ts';
import { connect, pidOf, quietHome, toolNames } from './sessions.ts';

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
});
