// Who may call what, tried on a running node: each method of the schema, by each kind of caller, through each door.
import { ConnectError, type Transport } from '@connectrpc/connect';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Access } from '../../gen/towline/v1/access_pb.ts';
import { NodeService } from '../../gen/towline/v1/node_service_pb.ts';
import { TokenKind } from '../../gen/towline/v1/token_pb.ts';
import { builtIns } from '../../src/gateway/mcp/face/built-in.ts';
import { createClient } from '../../src/rpc/client.ts';
import { reasonOf } from '../../src/rpc/failure.ts';
import { accessOf } from '../../src/rpc/interceptors/access.ts';
import { methodName } from '../../src/rpc/registry.ts';
import { schemaMethods } from '../fixtures/schema.ts';
import { testNode } from '../link/support.ts';
import { type Caller, Doors, httpDoors, owner, tryMethod } from './doors.ts';

let doors: Doors;
let agent: Caller;
let program: Caller;
let peer: Required<Pick<Caller, 'key'>>;

beforeAll(async () => {
  doors = await Doors.open();
  agent = await doors.bearer(TokenKind.AGENT, 'claude');
  program = await doors.bearer(TokenKind.PROGRAM, 'nightly');
  peer = await doors.peer('bob');
});
afterAll(() => doors[Symbol.asyncDispose]());

/** HTTP/1.1 has no calls that stream both ways: Connect refuses them before anybody is asked. */
const NOT_BY_HTTP1 = 'HTTP 505';

/** The methods above `reach` that do not refuse with `reason`, and what they do instead. */
async function gaps(transport: Transport, reach: Access, reason: string): Promise<string[]> {
  const found: string[] = [];
  for (const method of (await schemaMethods()).filter((each) => accessOf(each) > reach)) {
    const answer = await tryMethod(transport, method).then(() => 'it answers', answerOf);
    if (answer !== reason && !(answer === NOT_BY_HTTP1 && method.methodKind === 'bidi_streaming'))
      found.push(`${methodName(method)}: ${answer}`);
  }
  return found;
}

const answerOf = (error: unknown) => reasonOf(error) ?? ConnectError.from(error).rawMessage;
const getNode = (transport: Transport) => createClient(NodeService, transport).getNode({});

describe.each(Object.entries(httpDoors))('by %s', (_, open) => {
  it.each([
    ['an agent', Access.AGENT, () => agent],
    ['a program', Access.PEER, () => program],
    ['a peer', Access.PEER, () => peer],
  ])('%s is refused every method above its reach', async (_who, reach, caller) => {
    const transport = await open(doors.node.url, caller());
    expect((await getNode(transport)).node?.displayName).toBe('doors');
    expect(await gaps(transport, reach, 'PERMISSION_DENIED')).toEqual([]);
  });

  it.each([
    ['with no token', () => ({})],
    ['with an unknown key', () => ({ key: testNode() })],
  ])('a stranger %s is refused everything but what is for strangers', async (_who, caller) => {
    expect(await gaps(await open(doors.node.url, caller()), Access.STRANGER, 'UNAUTHENTICATED')).toEqual([]);
  });

  it("a trusted key does not get more by an agent's or the owner's token", async () => {
    const transport = await open(doors.node.url, { ...peer, token: doors.ownerToken });
    expect(await gaps(transport, Access.PEER, 'PERMISSION_DENIED')).toEqual([]);
  });
});

describe('by a link', () => {
  it('a peer is refused every method above its reach', async () => {
    const transport = await doors.linkOf(peer);
    expect((await getNode(transport)).node?.displayName).toBe('doors');
    expect(await gaps(transport, Access.PEER, 'PERMISSION_DENIED')).toEqual([]);
  });

  it('a stranger gets no link', async () => {
    await expect(doors.linkOf({ key: testNode() })).rejects.toMatchObject({ reason: 'LINK_UNTRUSTED' });
  });

  it('an agent that has a token and no key gets no link', async () => {
    const answer = await fetch(`${doors.node.url}/towline.v1.LinkService/Open`, {
      method: 'POST',
      headers: { authorization: `Bearer ${agent.token}`, 'content-type': 'application/connect+proto' },
      body: '',
    });
    expect(answer.status).toBe(404);
  });
});

describe('in process', () => {
  it.each([
    ['agent', Access.AGENT, 'PERMISSION_DENIED'],
    ['program', Access.PEER, 'PERMISSION_DENIED'],
    ['peer', Access.PEER, 'PERMISSION_DENIED'],
    ['stranger', Access.STRANGER, 'UNAUTHENTICATED'],
  ] as const)('a caller of kind %s is refused every method above its reach', async (kind, reach, reason) => {
    const { transport } = doors.node.clients({ kind, name: 'x', groups: new Set(['home']) });
    expect(await gaps(transport, reach, reason)).toEqual([]);
  });

  it('the owner is refused nothing', async () => {
    const { transport } = doors.node.clients(owner);
    const reads = (await schemaMethods()).filter(
      ({ parent, idempotency }) => parent.name !== 'LinkService' && idempotency === 1,
    );
    const answers = await Promise.all(reads.map((method) => tryMethod(transport, method).then(() => 'ok', answerOf)));
    expect(answers).not.toContain('PERMISSION_DENIED');
    expect(answers).not.toContain('UNAUTHENTICATED');
    expect(reads.length).toBeGreaterThan(5);
  });
});

describe('by MCP', () => {
  const post = async (caller: Caller, method: string, params: object) => {
    const response = await fetch(`${doors.node.url}/mcp`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${caller.token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(session !== '' && { 'mcp-session-id': session }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    session = response.headers.get('mcp-session-id') ?? session;
    const text = await response.text();
    return JSON.parse(text.replace(/^[^{]*?data: /s, '')) as {
      result?: { tools?: { name: string }[]; isError?: boolean };
      error?: { code: number };
    };
  };
  let session = '';
  const enter = (caller: Caller) => {
    session = '';
    const clientInfo = { name: 'shell', version: '1' };
    return post(caller, 'initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
  };

  it('an agent finds no tool but those of the gateway', async () => {
    await enter(agent);
    const { result } = await post(agent, 'tools/list', {});
    const names = result?.tools?.map(({ name }) => name) ?? [];
    expect(names.sort()).toEqual([...builtIns.keys()].sort());
  });

  it('no method of the schema can be called as a tool, directly or through towline_call_tool', async () => {
    await enter(agent);
    for (const method of (await schemaMethods()).filter((each) => accessOf(each) === Access.OWNER)) {
      for (const name of [methodName(method), method.name, `self/${method.parent.name}/${method.name}`]) {
        const direct = await post(agent, 'tools/call', { name, arguments: {} });
        expect(direct.error ?? direct.result?.isError, name).toBeTruthy();
        const through = await post(agent, 'tools/call', {
          name: 'towline_call_tool',
          arguments: { name, arguments: {} },
        });
        expect(through.error ?? through.result?.isError, name).toBeTruthy();
      }
      const raw = await post(agent, methodName(method), {});
      expect(raw.error?.code, methodName(method)).toBe(-32601);
    }
  });
});
