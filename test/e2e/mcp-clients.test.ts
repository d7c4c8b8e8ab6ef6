/** Unmodified official clients against the gateway, and a gRPC client against the same port. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createChannel, createClient, Metadata } from 'nice-grpc';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ListToolsRequestSchema, ListToolsResponseSchema } from '../../gen/towline/v1/tool_service_pb.ts';
import { bin, everything, startMesh, type TestMesh } from '../fixtures/mesh.ts';

const info = { name: 'test', version: '1' };

let mesh: TestMesh<'work' | 'laptop'>;
let token: string;
beforeAll(async () => {
  mesh = await startMesh({ work: { servers: { everything }, share: ['home'] }, laptop: {} });
  await mesh.join('laptop', 'work');
  ({ token } = await mesh.node('laptop').json<{ token: string }>('token', 'create', '--agent', 'client'));
  await vi.waitFor(async () => {
    const { tools } = await mesh.node('laptop').json<{ tools: unknown[] }>('tools');
    expect(tools.length).toBeGreaterThan(3);
  }, 20_000);
}, 60_000);
afterAll(() => mesh[Symbol.asyncDispose]());

const stdio = () => ({ command: process.execPath, args: [bin, 'mcp', '--home', mesh.node('laptop').home] });
const mcpUrl = () => new URL('/mcp', mesh.node('laptop').url);
const headers = () => ({ authorization: `Bearer ${token}` });

/** What a client of either version must see. */
async function exercise(client: {
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
}) {
  const names = (await client.listTools()).tools.map((tool) => tool.name);
  expect(names).toContain('work__everything__echo');
  expect(names).toContain('towline_find_tool');
  const answer = await client.callTool({ name: 'work__everything__echo', arguments: { message: 'ahoy' } });
  expect(JSON.stringify(answer)).toContain('Echo: ahoy');
}

describe.each(['legacy', 'auto'] as const)('the SDK v2 client, %s', (mode) => {
  it('works over stdio', async () => {
    const client = new Client(info, { versionNegotiation: { mode } });
    await client.connect(new StdioClientTransport({ ...stdio(), stderr: 'ignore' }));
    await exercise(client);
    await client.close();
  });

  it('works over HTTP', async () => {
    const client = new Client(info, { versionNegotiation: { mode } });
    await client.connect(new StreamableHTTPClientTransport(mcpUrl(), { requestInit: { headers: headers() } }));
    await exercise(client);
    await client.close();
  });
});

describe.each(['legacy', 'auto'] as const)('the inbox, to the SDK v2 client, %s', (mode) => {
  it.each(['stdio', 'HTTP'] as const)('is a resource over %s, and the client hears of new mail', async (door) => {
    const client = new Client(info, { versionNegotiation: { mode } });
    const transport =
      door === 'stdio'
        ? new StdioClientTransport({ ...stdio(), stderr: 'ignore' })
        : new StreamableHTTPClientTransport(mcpUrl(), { requestInit: { headers: headers() } });
    await client.connect(transport);
    const updated: string[] = [];
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => void updated.push(params.uri));
    const uri = 'inbox://mail';
    expect((await client.listResources()).resources.map((resource) => resource.uri)).toEqual([uri]);
    const subscription =
      mode === 'auto'
        ? await client.listen({ resourceSubscriptions: [uri, 'inbox://other'] })
        : await client.subscribeResource({ uri }).then(() => undefined);
    const words = `${mode} over ${door}`;
    // The follower of the mail begins a moment after the answer: what came before is in the inbox anyway.
    await vi.waitFor(async () => {
      await mesh.node('work').json('send', 'laptop', words);
      expect(updated).toContain(uri);
    }, 10_000);
    const { contents } = await client.readResource({ uri });
    const { mails } = JSON.parse((contents[0] as { text: string }).text) as { mails: { text: string }[] };
    expect(mails.map(({ text }) => text)).toContain(words);
    await expect(client.readResource({ uri: 'inbox://other' })).rejects.toThrow('Unknown resource');
    if (subscription) await subscription.close();
    else await client.unsubscribeResource({ uri });
    await client.close();
  });
});

describe('the SDK v1 client', () => {
  it('works over stdio', async () => {
    const client = new ClientV1(info);
    await client.connect(new StdioV1({ ...stdio(), stderr: 'ignore' }));
    await exercise(client);
    await client.close();
  });

  it('works over HTTP', async () => {
    const client = new ClientV1(info);
    await client.connect(
      new HttpV1(mcpUrl(), { requestInit: { headers: headers() } }) as Parameters<typeof client.connect>[0],
    );
    await exercise(client);
    await client.close();
  });
});

describe('a gRPC client', () => {
  it('lists tools on the same port', async () => {
    const definition = {
      listTools: {
        path: '/towline.v1.ToolService/ListTools',
        requestStream: false,
        responseStream: false,
        requestSerialize: (value: { pageSize?: number }) =>
          toBinary(ListToolsRequestSchema, create(ListToolsRequestSchema, value)),
        requestDeserialize: (bytes: Uint8Array) => fromBinary(ListToolsRequestSchema, bytes),
        responseSerialize: (value: ReturnType<typeof fromBinary<typeof ListToolsResponseSchema>>) =>
          toBinary(ListToolsResponseSchema, value),
        responseDeserialize: (bytes: Uint8Array) => fromBinary(ListToolsResponseSchema, bytes),
        options: {},
      },
    } as const;
    const channel = createChannel(new URL(mesh.node('laptop').url).host);
    const client = createClient(definition, channel);
    const { tools } = await client.listTools(
      { pageSize: 1000 },
      { metadata: Metadata({ authorization: `Bearer ${token}` }) },
    );
    expect(tools.map((tool) => tool.ref?.name)).toContain('echo');
    await expect(client.listTools({})).rejects.toThrow('UNAUTHENTICATED');
    channel.close();
  });
});
