import { Code } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { NodeService } from '../../gen/towline/v1/node_service_pb.ts';
import type { ToolRef } from '../../gen/towline/v1/tool_pb.ts';
import { type CallToolRequest, ToolService } from '../../gen/towline/v1/tool_service_pb.ts';
import { answerOneShot } from '../../src/legacy/one-shot.ts';
import { failure } from '../../src/rpc/failure.ts';
import { createLocalTransport } from '../../src/rpc/local-transport.ts';
import { type Principal, stranger } from '../../src/rpc/principal.ts';
import { ServiceRegistry } from '../../src/rpc/registry.ts';
import { openDoor } from './json-rpc/doors.ts';

const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };

/** What the tool gives back: what it was called with, or what its name says. */
async function* callTool({ tool, argumentsJson }: CallToolRequest) {
  const { node, upstream, name } = tool as ToolRef;
  if (name === 'silent') return;
  if (name === 'missing') throw failure(Code.NotFound, 'TOOL_NOT_FOUND', 'there is no such tool');
  if (name === 'secret') throw failure(Code.PermissionDenied, 'NOT_SHARED', 'it is not shared with you');
  const text = [node, upstream, name, argumentsJson].join('|');
  const isError = name === 'failing';
  const result = { content: [{ type: 'text', text, more: 1.5 }], isError, structuredContent: {} };
  yield { event: { case: 'progress' as const, value: { progress: 1 } } };
  yield { event: { case: 'result' as const, value: { resultJson: JSON.stringify(result), isError } } };
}

const registry = new ServiceRegistry().add(ToolService, { callTool }).add(NodeService, {
  getNode: () => ({
    node: {
      nodeId: new Uint8Array(32).fill(0xab),
      alias: 'self',
      displayName: 'ALPHA',
      role: 'Worker',
      team: 'red',
      software: 'towline/3.1.4',
    },
  }),
});

const ask = (text: string, principal = owner) =>
  answerOneShot(text, { transport: createLocalTransport(registry, principal) });
const result = (text: string, id: unknown = 1) => ({
  jsonrpc: '2.0',
  id,
  result: { content: [{ type: 'text', text }] },
});
const call = (params: unknown) => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });

describe('a one-shot call', () => {
  it('of a tool gives its content, as the tool wrote it, and nothing else', async () => {
    const text = await ask(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"work/files/read","arguments":{"n":1.0}}}',
    );
    expect(text).toBe(
      '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"work|files|read|{\\"n\\":1.0}","more":1.5}]}}',
    );
  });

  it.each([
    ['read', '||read|{}'],
    ['files/read', '|files|read|{}'],
    ['work/files/a/b', 'work|files|a/b|{}'],
    ['failing', '||failing|{}'],
  ])('of %s without arguments has an empty object', async (name, text) => {
    expect(JSON.parse(await ask(call({ name })))).toMatchObject(result(text));
  });

  it.each([
    ['missing', 'ERROR | missing | TOOL_NOT_FOUND: there is no such tool'],
    ['secret', 'BLOCKED | secret | NOT_SHARED: it is not shared with you'],
    ['silent', 'ERROR | the tool ended without an answer'],
  ])('that goes wrong (%s) is text of a normal result', async (name, text) => {
    expect(JSON.parse(await ask(call({ name })))).toEqual(result(text));
  });

  it.each([undefined, [], {}, { name: 7 }])('with parameters %j names no tool', async (params) => {
    const { content } = (JSON.parse(await ask(call(params))) as ReturnType<typeof result>).result;
    expect(content[0]?.text).toMatch(/^ERROR \| {2}\| INVALID_REQUEST: /);
  });

  it('of somebody who may not is blocked', async () => {
    const { content } = (JSON.parse(await ask(call({ name: 'read' }), stranger)) as ReturnType<typeof result>).result;
    expect(content[0]?.text).toMatch(/^BLOCKED \| read \| UNAUTHENTICATED: /);
  });

  it('for information says who this node is', async () => {
    expect(JSON.parse(await ask('{"id":"x","method":"mesh/info"}'))).toEqual({
      jsonrpc: '2.0',
      id: 'x',
      result: { version: '3.1.4', peer_id: 'ab'.repeat(32), role: 'worker', team: 'red', name: 'ALPHA' },
    });
  });

  it.each([
    [
      '{"jsonrpc":"2.0","id":5,"method":"tools/list"}',
      { id: 5, error: { code: -32601, message: 'Unknown method: tools/list' } },
    ],
    ['{"method":"x"}', { id: null, error: { code: -32601, message: 'Unknown method: x' } }],
    ['{"id":[1]}', { id: [1], error: { code: -32601, message: 'Unknown method: ' } }],
    ['{"id":1,', { id: null, error: { code: -32700, message: 'Parse error' } }],
    ['[]', { id: null, error: { code: -32700, message: 'Parse error' } }],
    ['', { id: null, error: { code: -32700, message: 'Parse error' } }],
  ])('%s is answered as those peers do', async (text, answer) => {
    expect(JSON.parse(await ask(text))).toEqual({ jsonrpc: '2.0', ...answer });
  });

  it('has its id and its lack of a version taken as they are', async () => {
    expect(await ask('{"method":"mesh/info","id":1.50}')).toContain('"id":1.50,"result"');
  });

  it('has the same result at /rpc', async () => {
    await using door = await openDoor(registry);
    for (const text of [
      call({ name: 'work/files/read' }),
      call({ name: 'missing' }),
      call({ name: 'x' }).replace('tools/call', 'mesh/info'),
    ]) {
      expect((await door.post(text)).text).toBe(await ask(text));
    }
  });
});
