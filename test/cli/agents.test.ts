import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentState, AgentStatus, AgentType } from '../../gen/towline/v1/presence_pb.ts';
import { PresenceService } from '../../gen/towline/v1/presence_service_pb.ts';
import { type RunningNode, startNode } from '../../src/node/start.ts';
import { towline } from './capture.ts';
import { standInNode } from './stand-in-node.ts';
import { tempHome } from './temp-home.ts';

const nodeId = new Uint8Array(32).fill(7);
const ada = {
  ref: { nodeId, agent: 'ada' },
  alias: 'desk',
  state: AgentState.ONLINE,
  status: AgentStatus.WORKING,
  type: AgentType.AI,
  groups: ['home'],
  summary: 'the \u001b[31mstore',
};
const bob = { ref: { nodeId, agent: 'bob' }, alias: 'self', state: AgentState.OFFLINE };

describe('towline agents', () => {
  it('shows each page, and says how many are left out', async () => {
    await using node = await standInNode((router) =>
      router.rpc(PresenceService.method.listPresence, ({ pageToken }) => ({
        agents: [pageToken === '' ? ada : bob],
        nextPageToken: pageToken === '' ? 'more' : '',
        unlistedCount: 3,
      })),
    );
    const { out, err } = await towline(['agents', '--home', node.home]);
    expect(out).toMatch(/^desk\/ada +working +.*ai +home +the .*store$/m);
    expect(out).toMatch(/^bob +offline/m);
    expect(out).not.toContain('\u001b');
    expect(err).toContain('3 more');
    const json = JSON.parse((await towline(['agents', '--json', '--home', node.home])).out);
    expect(json).toMatchObject({ agents: [{ alias: 'desk', status: 'AGENT_STATUS_WORKING' }, {}], unlistedCount: 3 });
  });

  it('goes on with each change, and names who is gone as it did before', async () => {
    await using node = await standInNode((router) =>
      router.rpc(PresenceService.method.watchPresence, async function* () {
        yield { event: { case: 'agent', value: ada } } as const;
        yield { event: { case: 'synced', value: {} } } as const;
        yield { event: { case: 'removed', value: ada.ref } } as const;
      }),
    );
    const { out } = await towline(['agents', '--watch', '--home', node.home]);
    expect(out.split('\n')).toEqual([
      expect.stringMatching(/desk\/ada {2}working {2}the/),
      expect.stringContaining('changes follow'),
      expect.stringMatching(/desk\/ada {2}removed$/),
      '',
    ]);
    const lines = (await towline(['agents', '--watch', '--json', '--home', node.home])).out.trim().split('\n');
    expect(lines.map((line) => Object.keys(JSON.parse(line)))).toEqual([['agent'], ['synced'], ['removed']]);
  });
});

describe('towline profile', () => {
  let home: Awaited<ReturnType<typeof tempHome>>;
  let node: RunningNode;
  beforeAll(async () => {
    home = await tempHome();
    node = await startNode({ home: home.path, name: 'alone', listen: { host: '127.0.0.1', port: 0 } });
  });
  afterAll(async () => {
    await node.stop();
    await home[Symbol.asyncDispose]();
  });
  const profile = (...words: string[]) => towline(['profile', ...words, '--home', home.path]);

  it('shows somebody who has said nothing yet', async () => {
    const { code, out } = await profile();
    expect(code).toBe(0);
    expect(out).toContain('owner');
  });

  it('changes what is given and leaves the rest', async () => {
    const words = ['--status', 'dnd', '--summary', 'reviews', '--role', 'director', '--capability', 'sql'];
    expect((await profile('set', ...words)).code).toBe(0);
    const { out } = await profile('set', '--title', 'editor', '--visibility', 'nobody');
    for (const text of ['reviews', 'orchestrator', 'sql', 'editor', 'nobody but this node'])
      expect(out).toContain(text);
    const json = JSON.parse((await profile('set', '--visibility', 'all', '--share-place', 'yes', '--json')).out);
    expect(json).toMatchObject({
      status: 'AGENT_STATUS_DO_NOT_DISTURB',
      profile: { title: 'editor', capabilities: ['sql'] },
      visibility: { audience: 'AGENT_AUDIENCE_GROUPS', groups: [], sharesPlace: true },
    });
  });

  it.each([
    [['set'], 'nothing to set'],
    [['set', '--status', 'bored'], 'no status'],
    [['set', '--role', 'baker'], 'no role'],
    [['set', '--share-place', 'maybe'], 'neither'],
  ])('says what is wrong with %j', async (words, why) => {
    const { code, err } = await profile(...words);
    expect(code).toBe(2);
    expect(err).toContain(why);
  });
});
