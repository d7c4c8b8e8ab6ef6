/** A small MCP server, as anybody might have one: it greets, and it moves ships. */
import { fileURLToPath } from 'node:url';
import { Server } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

/** The part of a towline.yaml that offers it, to a group if one is named. */
export function harbourConfig(group?: string): string {
  const share = group === undefined ? '' : `, share: [${group}]`;
  const args = JSON.stringify([fileURLToPath(import.meta.url)]);
  return `upstreams:\n  harbour: {command: ${JSON.stringify(process.execPath)}, args: ${args}${share}}\n`;
}

const inputSchema = { type: 'object' as const, properties: { ship: { type: 'string' } }, required: ['ship'] };
const answers = {
  greet: (ship: string) => `Welcome, ${ship}.`,
  move: (ship: string) => `${ship} has moved.`,
};

if (import.meta.main) {
  serveStdio(() => {
    const server = new Server({ name: 'harbour', version: '1.0.0' }, { capabilities: { tools: {} } });
    server.setRequestHandler('tools/list', () => ({
      tools: Object.keys(answers).map((name) => ({ name, inputSchema })),
    }));
    server.setRequestHandler('tools/call', ({ params }) => {
      const text = answers[params.name as keyof typeof answers](String(params.arguments?.['ship']));
      return { content: [{ type: 'text' as const, text }] };
    });
    return server;
  });
}
