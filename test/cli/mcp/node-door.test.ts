import { createClient } from '@connectrpc/connect';
import { expect, it } from 'vitest';
import { AdminService } from '../../../gen/towline/v1/admin_service_pb.ts';
import { NodeService } from '../../../gen/towline/v1/node_service_pb.ts';
import { TokenKind } from '../../../gen/towline/v1/token_pb.ts';
import { silentLog } from '../../../src/base/log.ts';
import { NodeDoor } from '../../../src/cli/mcp/node-door.ts';
import { homePaths } from '../../../src/node/home.ts';
import { readRunFile, writeRunFile } from '../../../src/node/run-file.ts';
import { standInNode } from '../stand-in-node.ts';

/** A node that gives out one agent token, and tells what it is shown and asked. */
function nodeThatGives(token: string, seen: string[]) {
  return standInNode((router) =>
    router
      .rpc(AdminService.method.createToken, ({ kind, subject }) => {
        seen.push(`create ${kind === TokenKind.AGENT ? 'agent' : 'other'} ${subject}`);
        return { token, info: { tokenId: new Uint8Array(16).fill(1) } };
      })
      .rpc(AdminService.method.revokeToken, () => {
        seen.push('revoke');
        return {};
      })
      .rpc(NodeService.method.getNode, (_request, { requestHeader }) => {
        seen.push(requestHeader.get('authorization') ?? 'nothing');
        return { node: { displayName: token } };
      }),
  );
}

it('a session works with an agent token of its own, and gives it back', async () => {
  const seen: string[] = [];
  await using node = await nodeThatGives('one', seen);
  {
    await using door = new NodeDoor({ home: node.home, agent: 'claude', log: silentLog });
    const client = createClient(NodeService, door.transport);
    await client.getNode({});
    await client.getNode({});
  }
  expect(seen).toEqual(['create agent claude', 'Bearer one', 'Bearer one', 'revoke']);
});

it('a session joins the node that runs next when the first one has gone', async () => {
  const [first, second] = [[], []] as [string[], string[]];
  const one = await nodeThatGives('one', first);
  await using two = await nodeThatGives('two', second);
  await using door = new NodeDoor({ home: one.home, agent: 'claude', log: silentLog });
  const client = createClient(NodeService, door.transport);
  expect((await client.getNode({})).node?.displayName).toBe('one');

  const run = await readRunFile(homePaths(two.home).runFile);
  if (run === undefined) throw new Error('the second node has no run file');
  await one.closeServer();
  await writeRunFile(homePaths(one.home).runFile, run);
  await expect(client.getNode({})).rejects.toMatchObject({ cause: { reason: 'NODE_NOT_RUNNING' } });
  expect((await client.getNode({})).node?.displayName).toBe('two');
  await one[Symbol.asyncDispose]();
});
