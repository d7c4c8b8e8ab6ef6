/** The peer to beat: one SDK server (Streamable HTTP, modern era) and one SDK client in front of the upstream. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, Server } from '@modelcontextprotocol/server';

const client = new Client({ name: 'gateway', version: '1' }, { versionNegotiation: { mode: 'auto' } });
await client.connect(new StdioClientTransport({ command: process.execPath, args: process.argv.slice(2) }));

const handler = toNodeHandler(
  createMcpHandler(() => {
    const server = new Server({ name: 'gateway', version: '1' }, { capabilities: { tools: {} } });
    server.setRequestHandler('tools/list', () => client.listTools());
    server.setRequestHandler('tools/call', (request) => client.callTool(request.params));
    return server;
  }),
);
const server = createServer((req, res) => void handler(req as Parameters<typeof handler>[0], res));
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp\n`);
});
