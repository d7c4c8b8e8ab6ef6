/** What JSON-RPC costs without anything behind it: `ws` and `node:http`, one result for every request. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

const [resultText = '{}'] = process.argv.slice(2);
const result: unknown = JSON.parse(resultText);

function answer(text: string): string {
  const { id } = JSON.parse(text) as { id: unknown };
  return JSON.stringify({ jsonrpc: '2.0', id, result });
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const text = answer(Buffer.concat(chunks).toString());
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
      .end(text);
  });
});
new WebSocketServer({ server }).on('connection', (ws) => ws.on('message', (data) => ws.send(answer(String(data)))));
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/rpc\n`);
});
