import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { AdminService, LinkState } from '../../gen/towline/v1/admin_service_pb.ts';
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import { PeerState } from '../../gen/towline/v1/node_pb.ts';
import { NodeService } from '../../gen/towline/v1/node_service_pb.ts';
import { TokenKind } from '../../gen/towline/v1/token_pb.ts';
import { ToolService } from '../../gen/towline/v1/tool_service_pb.ts';
import { failure } from '../../src/rpc/failure.ts';
import { towline } from './capture.ts';
import { OWNER_TOKEN, standInNode } from './stand-in-node.ts';

const nodeId = new Uint8Array(32).fill(7);

describe('towline peers', () => {
  it('shows every page, and shows the owner to the node', async () => {
    const seen: (string | null)[] = [];
    await using node = await standInNode((router) =>
      router.rpc(NodeService.method.listPeers, ({ pageToken }, { requestHeader }) => {
        seen.push(requestHeader.get('authorization'));
        const alias = pageToken === '' ? 'desk' : 'ci';
        return {
          peers: [{ node: { alias, nodeId }, state: PeerState.CONNECTED, toolCount: 2 }],
          nextPageToken: pageToken === '' ? 'more' : '',
        };
      }),
    );
    const { code, out } = await towline(['peers', '--home', node.home]);
    expect(code).toBe(0);
    expect(out.split('\n').map((line) => line.split(' ')[0])).toEqual(['ALIAS', 'desk', 'ci', '']);
    expect(seen).toEqual([`Bearer ${OWNER_TOKEN}`, `Bearer ${OWNER_TOKEN}`]);
  });
});

describe('towline reload', () => {
  it('says what of the configuration cannot be used, and ends with 1', async () => {
    let configErrors: string[] = [];
    await using node = await standInNode((router) => router.rpc(AdminService.method.reload, () => ({ configErrors })));
    const words = ['reload', '--home', node.home];
    expect(await towline(words)).toEqual({ code: 0, out: 'The configuration has been read again.\n', err: '' });
    configErrors = ['towline.yaml:3:1: unknown member'];
    const { code, out } = await towline(words);
    expect(code).toBe(1);
    expect(out).toContain('towline.yaml:3:1: unknown member');
    expect(JSON.parse((await towline([...words, '--json'])).out)).toEqual({ configErrors });
  });
});

describe('towline link', () => {
  const link = {
    alias: 'desk',
    nodeId,
    linkId: 1,
    state: LinkState.OPEN,
    carrier: 'tls',
    openTime: timestampFromMs(0),
  };
  const end = {
    ...link,
    state: LinkState.CLOSED,
    closeTime: timestampFromMs(90_000),
    closeReason: CloseReason.SHUTDOWN,
    closedByPeer: true,
  };

  it.each([
    [[], [LinkState.OPEN, LinkState.DRAINING], 'PEER'],
    [['--closed'], [LinkState.CLOSED], 'PEER'],
  ])('asks for the links to one peer in the right states (%j)', async (words, states, first) => {
    const seen: unknown[] = [];
    await using node = await standInNode((router) =>
      router.rpc(AdminService.method.listLinks, (request) => {
        seen.push([request.peer, request.states]);
        return { links: [words.length === 0 ? link : end] };
      }),
    );
    const { code, out } = await towline(['link', 'desk', ...words, '--home', node.home]);
    expect([code, out.split(' ')[0]]).toEqual([0, first]);
    expect(seen).toEqual([['desk', states]]);
  });

  it('says what to do where there is none', async () => {
    await using node = await standInNode((router) => router.rpc(AdminService.method.listLinks, () => ({ links: [] })));
    expect((await towline(['link', '--home', node.home])).err).toContain('towline peers');
  });

  const watched = [link, { ...link, streamCount: 3 }, end];
  const watching = () =>
    standInNode((router) =>
      router.rpc(AdminService.method.watchLinks, async function* () {
        for (const value of watched) {
          yield { event: { case: 'link', value } } as const;
          yield { event: { case: 'round', value: { openCount: 1 } } } as const;
        }
      }),
    );

  it('watches with a line for each change of state, and none for counters', async () => {
    await using node = await watching();
    const { out } = await towline(['link', '--watch', '--home', node.home]);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/desk {2}open {2}tls, dialed by the peer$/);
    expect(lines[1]).toMatch(/desk {2}closed {2}shutdown {2}by the peer after 1m 30s$/);
  });

  it('watches for ends alone, as JSON, one event a line', async () => {
    await using node = await watching();
    const { out } = await towline(['link', '--watch', '--closed', '--json', '--home', node.home]);
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).link.closeReason),
    ).toEqual(['CLOSE_REASON_SHUTDOWN']);
  });
});

describe('towline call', () => {
  it('sends JSON exactly as it stands, and prints the result alone on stdout', async () => {
    let sent = '';
    await using node = await standInNode((router) =>
      router.rpc(ToolService.method.callTool, async function* ({ argumentsJson, tool }) {
        sent = `${tool?.node}|${tool?.upstream}|${tool?.name}|${argumentsJson}`;
        yield { event: { case: 'progress', value: { progress: 1, total: 2, message: 'half' } } } as const;
        const resultJson = '{"content":[{"type":"text","text":"hello"}],  "x": 1}';
        yield { event: { case: 'result', value: { resultJson } } } as const;
      }),
    );
    const words = ['call', 'desk/everything/echo', '{"a":  1.0}', '--home', node.home];
    expect(await towline(words)).toEqual({ code: 0, out: 'hello\n', err: '[##########----------] 1/2 half\n' });
    expect(sent).toBe('desk|everything|echo|{"a":  1.0}');
    const { out } = await towline([...words, '--json']);
    expect(out).toBe('{"content":[{"type":"text","text":"hello"}],  "x": 1}\n');
  });

  it('reads the arguments from stdin', async () => {
    let sent = '';
    await using node = await standInNode((router) =>
      router.rpc(ToolService.method.callTool, async function* ({ argumentsJson }) {
        sent = argumentsJson;
        yield { event: { case: 'result', value: { resultJson: '{"content":[]}' } } } as const;
      }),
    );
    await towline(['call', 'echo', '-', '--home', node.home], {}, '{"from": "stdin"}');
    expect(sent).toBe('{"from": "stdin"}');
  });

  it('ends with 1 when the tool says that it failed', async () => {
    await using node = await standInNode((router) =>
      router.rpc(ToolService.method.callTool, async function* () {
        yield { event: { case: 'result', value: { resultJson: '{"isError":true}', isError: true } } } as const;
      }),
    );
    expect((await towline(['call', 'echo', '--home', node.home])).code).toBe(1);
  });

  it('ends with 5, the reason and what helps when there is no such tool', async () => {
    await using node = await standInNode((router) =>
      // biome-ignore lint/correctness/useYield: a stream that fails before its first message
      router.rpc(ToolService.method.callTool, async function* () {
        throw failure(Code.NotFound, 'TOOL_NOT_FOUND', 'there is no tool "nope"', { help: 'towline tools' });
      }),
    );
    const { code, err } = await towline(['call', 'nope', '--home', node.home]);
    expect(code).toBe(5);
    expect(err).toBe('error: there is no tool "nope"\nreason: TOOL_NOT_FOUND\nhelp: towline tools\n');
  });

  it('ends with 6 when the time is up', async () => {
    await using node = await standInNode((router) =>
      router.rpc(ToolService.method.callTool, async function* (_request, { signal }) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      }),
    );
    expect((await towline(['call', 'slow', '--timeout', '0.1s', '--home', node.home])).code).toBe(6);
  });
});

describe('towline invite', () => {
  it('prints the invite alone on stdout', async () => {
    await using node = await standInNode((router) =>
      router.rpc(AdminService.method.createInvite, ({ group, lifetimeSeconds }) => ({
        invite: 'towline-invite-abc',
        group: `${group}-${lifetimeSeconds}`,
      })),
    );
    const { out, err } = await towline(['invite', '--group', 'work', '--expires', '1h', '--home', node.home]);
    expect(out).toBe('towline-invite-abc\n');
    expect(err).toContain('"work-3600"');
  });
});

describe('towline token', () => {
  const tokenId = (first: number) => new Uint8Array(16).fill(first);
  const tokens = [
    { tokenId: tokenId(0xaa), kind: TokenKind.AGENT, subject: 'claude' },
    { tokenId: tokenId(0xab), kind: TokenKind.PROGRAM, subject: 'nightly' },
  ];

  it.each([
    ['claude', 0xaa],
    ['abab', 0xab],
  ])('revokes the one that "%s" means', async (text, first) => {
    const revoked: Uint8Array[] = [];
    await using node = await standInNode((router) =>
      router
        .rpc(AdminService.method.listTokens, () => ({ tokens }))
        .rpc(AdminService.method.revokeToken, (request) => {
          revoked.push(request.tokenId);
          return {};
        }),
    );
    expect((await towline(['token', 'revoke', text, '--home', node.home])).code).toBe(0);
    expect(revoked).toEqual([tokenId(first)]);
  });

  it('revokes nothing when the text means two, or none', async () => {
    await using node = await standInNode((router) => router.rpc(AdminService.method.listTokens, () => ({ tokens })));
    expect((await towline(['token', 'revoke', 'a', '--home', node.home])).code).toBe(2);
    expect((await towline(['token', 'revoke', 'nobody', '--home', node.home])).code).toBe(5);
  });

  it('wants one bearer, and groups for programs alone', async () => {
    expect((await towline(['token', 'create'])).code).toBe(2);
    expect((await towline(['token', 'create', '--agent', 'a', '--program', 'b'])).code).toBe(2);
    expect((await towline(['token', 'create', '--agent', 'a', '--group', 'home'])).code).toBe(2);
  });
});

describe('towline trust', () => {
  it('refuses what is no node id before it asks the node', async () => {
    await using node = await standInNode(() => undefined);
    const { code, err } = await towline(['trust', 'add', 'did:key:nonsense', 'desk', '--home', node.home]);
    expect(code).toBe(2);
    expect(err).toContain('NODE_ID_INVALID');
  });
});

describe('towline up', () => {
  it.each([
    [['--port', '70000'], 'is not a port'],
    [['--share', 'home'], 'but not what'],
    [['--mcp', '/nowhere/.mcp.json'], 'there is no file'],
    [['--name', 'My Laptop'], 'cannot be a name'],
  ])('refuses %j', async (words, message) => {
    const { code, err } = await towline(['up', ...words]);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

describe('a node that has gone', () => {
  it('counts as not running, though its run file is there', async () => {
    await using node = await standInNode(() => undefined);
    await node.closeServer();
    expect((await towline(['status', '--home', node.home])).code).toBe(3);
  });

  it('is told apart when it goes in the middle of a call', async () => {
    await using node = await standInNode((router) =>
      router.rpc(ToolService.method.callTool, async function* () {
        yield { event: { case: 'progress', value: { progress: 1 } } } as const;
        setTimeout(() => void node.closeServer(), 20);
        await new Promise(() => undefined);
      }),
    );
    const { code, err } = await towline(['call', 'slow', '--home', node.home]);
    expect(code).toBe(6);
    expect(err).toContain('NODE_GONE');
  });
});
