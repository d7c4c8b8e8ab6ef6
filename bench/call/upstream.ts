/** The MCP server behind both gateways: the official SDK over stdio, one tool. */
import { Server } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

serveStdio(() => {
  const server = new Server({ name: 'bench', version: '1' }, { capabilities: { tools: {} } });
  const inputSchema = { type: 'object' as const, properties: { message: { type: 'string' } } };
  server.setRequestHandler('tools/list', () => ({ tools: [{ name: 'echo', inputSchema }] }));
  server.setRequestHandler('tools/call', (request) => ({
    content: [{ type: 'text' as const, text: String(request.params.arguments?.['message']) }],
  }));
  return server;
});
