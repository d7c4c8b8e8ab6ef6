/** An upstream that costs next to nothing beside the gateways before it: MCP over stdio by hand, one tool. */
import { createInterface } from 'node:readline';

interface Request {
  readonly id?: number | string;
  readonly method: string;
  readonly params?: { readonly arguments?: { readonly message?: string } };
}

const inputSchema = { type: 'object', properties: { message: { type: 'string' } } };

const answers: Readonly<Record<string, (request: Request) => unknown>> = {
  initialize: () => ({
    protocolVersion: '2025-06-18',
    capabilities: { tools: {} },
    serverInfo: { name: 'lean', version: '1' },
  }),
  ping: () => ({}),
  'tools/list': () => ({ tools: [{ name: 'echo', inputSchema }] }),
  'tools/call': ({ params }) => ({ content: [{ type: 'text', text: String(params?.arguments?.message) }] }),
};

/** What one turn of the event loop answers leaves in one write. */
let waiting = '';

function say(message: object): void {
  if (waiting === '') setImmediate(flush);
  waiting += `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;
}

function flush(): void {
  process.stdout.write(waiting);
  waiting = '';
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line) as Request;
  const { id, method } = request;
  if (id === undefined) return;
  const answer = answers[method];
  if (answer) say({ id, result: answer(request) });
  else say({ id, error: { code: -32_601, message: 'Method not found' } });
});
