// Tokens on a running node: scopes, binding to a key, expiry and revocation, through real doors.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Access } from '../../gen/towline/v1/access_pb.ts';
import { NodeService } from '../../gen/towline/v1/node_service_pb.ts';
import { TokenKind } from '../../gen/towline/v1/token_pb.ts';
import { ToolService } from '../../gen/towline/v1/tool_service_pb.ts';
import { readClientKey } from '../../src/cli/client-key.ts';
import { checkScopes } from '../../src/node/token-scopes.ts';
import { createClient } from '../../src/rpc/client.ts';
import { reasonOf } from '../../src/rpc/failure.ts';
import { accessOf, scopesOf } from '../../src/rpc/interceptors/access.ts';
import { type MethodEntry, methodName, ServiceRegistry } from '../../src/rpc/registry.ts';
import { createToken } from '../../src/trust/token.ts';
import { schemaMethods } from '../fixtures/schema.ts';
import { testNode } from '../link/support.ts';
import { failing, newIdentity } from '../trust/support.ts';
import { type Caller, Doors, httpDoors, tryMethod } from './doors.ts';

let doors: Doors;
beforeAll(async () => {
  doors = await Doors.open();
  await doors.peer('bob'); // so that a watch of the peers has something to say
});
afterAll(() => doors[Symbol.asyncDispose]());

const make = async (request: Parameters<typeof doors.admin.createToken>[0]): Promise<Caller> => ({
  token: (await doors.admin.createToken({ kind: TokenKind.AGENT, subject: 'claude', ...request })).token,
});
const transportOf = (caller: Caller, door = 'Connect') => {
  const open = httpDoors[door];
  if (!open) throw new Error(`no door ${door}`);
  return open(doors.node.url, caller);
};
const getNode = async (caller: Caller, door?: string) =>
  createClient(NodeService, await transportOf(caller, door))
    .getNode({})
    .then(() => 'ok', reasonOf);

describe('a token with scopes', () => {
  it.each(Object.keys(httpDoors))('calls by %s the methods of its scopes and no others', async (door) => {
    const transport = await transportOf(await make({ scopes: ['nodes:read'] }), door);
    const found: Record<string, string | undefined> = {};
    for (const method of (await schemaMethods()).filter((each) => accessOf(each) > Access.STRANGER)) {
      if (method.methodKind === 'bidi_streaming') continue;
      found[methodName(method)] = await tryMethod(transport, method).then(() => 'ok', reasonOf);
    }
    const own = (service: string) => Object.entries(found).filter(([name]) => name.includes(`.${service}/`));
    // What an empty request is no valid one for was let through all the same.
    const passed = ['ok', 'INVALID_REQUEST'];
    expect(own('NodeService').filter(([, answer = '']) => !passed.includes(answer))).toEqual([]);
    expect(new Set(own('ToolService').map(([, answer]) => answer))).toEqual(new Set(['SCOPE_MISSING']));
    expect(new Set(own('AdminService').map(([, answer]) => answer))).toEqual(new Set(['PERMISSION_DENIED']));
  });

  it('is refused by every method that declares no scope', async () => {
    const transport = await transportOf(await make({ scopes: ['nodes', 'tools'] }), 'gRPC');
    const silent = (await schemaMethods()).filter(
      (method) =>
        scopesOf(method).length === 0 && (accessOf(method) === Access.PEER || accessOf(method) === Access.AGENT),
    );
    for (const method of silent)
      await expect(tryMethod(transport, method).catch(reasonOf)).resolves.toBe('SCOPE_MISSING');
  });

  it('cannot see the peers through MCP without the scope for it', async () => {
    const { token } = await make({ scopes: ['tools:read'] });
    const answer = await fetch(`${doors.node.url}/mcp`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'towline_peers',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: {
          name: 'towline_peers',
          arguments: {},
          _meta: {
            'io.modelcontextprotocol/protocolVersion': '2026-07-28',
            'io.modelcontextprotocol/clientCapabilities': {},
          },
        },
      }),
    });
    expect(await answer.text()).toContain('needs the scope nodes:read');
  });

  it.each([
    ['tools:fly', 'SCOPE_UNKNOWN'],
    ['admin', 'SCOPE_UNKNOWN'],
    ['nodes:read:far', 'SCOPE_INVALID'],
    ['', 'SCOPE_INVALID'],
    ['*', 'SCOPE_INVALID'],
  ])('is not made with the scope "%s"', async (scope, reason) => {
    await expect(make({ scopes: [scope] }).catch(reasonOf)).resolves.toBe(reason);
  });

  it('is not made wider than its kind', async () => {
    const methods = new ServiceRegistry().add(NodeService, {}).methods();
    const forAgents = methods.map((entry): MethodEntry => ({ ...entry, access: Access.AGENT }));
    expect(() => checkScopes(TokenKind.AGENT, ['nodes:read'], forAgents)).not.toThrow();
    expect(() => checkScopes(TokenKind.PROGRAM, ['nodes:read'], forAgents)).toThrow(failing('SCOPE_TOO_WIDE'));
    expect(() => checkScopes(TokenKind.PROGRAM, ['nodes:read'], methods)).not.toThrow();
  });

  it('is of no use on another node, nor made by another', async () => {
    const { text } = createToken(await newIdentity(), { kind: TokenKind.AGENT, subject: 'claude' });
    expect(await getNode({ token: text })).toBe('TOKEN_FOREIGN');
  });
});

describe('a token that is bound to a key', () => {
  it.each(Object.keys(httpDoors))('works by %s with that key and with no other', async (door) => {
    const key = testNode();
    const { token = '' } = await make({ clientKey: key.nodeId });
    expect(await getNode({ token, key }, door)).toBe('ok');
    expect(await getNode({ token, key: testNode() }, door)).toBe('TOKEN_BOUND');
    expect(await getNode({ token }, door)).toBe('TOKEN_BOUND');
  });

  it('opens no MCP session without it', async () => {
    const { token } = await make({ clientKey: testNode().nodeId });
    const answer = await fetch(`${doors.node.url}/mcp`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    expect([answer.status, await answer.text()]).toEqual([401, expect.stringContaining('bound to a key')]);
  });

  it('is made from the file of a certificate, or the text of a key', async () => {
    const key = testNode();
    const path = join(doors.home, 'client.crt');
    await writeFile(path, (await key.tls()).cert);
    expect(await readClientKey(path)).toEqual(key.nodeId);
    expect(await readClientKey(Buffer.from(key.nodeId).toString('hex'))).toEqual(key.nodeId);
    await expect(readClientKey(join(doors.home, 'towline.yaml'))).rejects.toEqual(
      failing('CLIENT_KEY_INVALID', 'openssl'),
    );
    await expect(make({ clientKey: new Uint8Array(32) }).catch(reasonOf)).resolves.toBe('NODE_ID_INVALID');
  });
});

describe('the end of a token', () => {
  /** Resolves to how a watch that was open ended. */
  async function watching(caller: Caller) {
    const tools = createClient(ToolService, await transportOf(caller));
    const started = Promise.withResolvers<void>();
    const ended = (async () => {
      try {
        for await (const _ of tools.watchTools({}, { signal: AbortSignal.timeout(30_000) })) started.resolve();
        return 'ended';
      } catch (error) {
        return `cut: ${reasonOf(error) ?? 'by the node'}`;
      }
    })();
    await started.promise;
    return { ended };
  }

  it('ends what it has open, at once when it is revoked', async () => {
    const caller = await make({ subject: 'revoked' });
    const { tokens } = await doors.admin.listTokens({});
    const startedMs = Date.now();
    const { ended } = await watching(caller);
    await doors.admin.revokeToken({
      tokenId: tokens.find(({ subject }) => subject === 'revoked')?.tokenId ?? new Uint8Array(),
    });
    await ended;
    expect(Date.now() - startedMs).toBeLessThan(20_000);
    expect(await getNode(caller)).toBe('TOKEN_REVOKED');
  });

  it('ends what it has open when its time is over', async () => {
    const caller = await make({ subject: 'short', lifetimeSeconds: 1 });
    const startedMs = Date.now();
    await (await watching(caller)).ended;
    expect(Date.now() - startedMs).toBeLessThan(20_000);
    expect(await getNode(caller)).toBe('TOKEN_EXPIRED');
  });

  it('shows when it was last used', async () => {
    const caller = await make({ subject: 'used' });
    const use = async () =>
      (await doors.admin.listTokens({})).tokens.find(({ subject }) => subject === 'used')?.lastUseTime;
    expect(await use()).toBeUndefined();
    await getNode(caller);
    expect(await use()).toBeDefined();
  });
});
