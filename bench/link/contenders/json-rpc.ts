/** Bare JSON-RPC over `ws` with TLS: an id for each call and nothing more. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { type Contender, checkLength, mutualTls } from '../contender.ts';

interface Call {
  readonly id: number;
  readonly params: { readonly text: string };
}

interface Answer {
  readonly id: number;
  readonly result: { readonly text: string };
}

export const jsonRpc: Contender = {
  async serve(own) {
    const https = createServer(mutualTls(own));
    const server = new WebSocketServer({ server: https, perMessageDeflate: false });
    server.on('connection', (socket) => {
      socket.on('message', (data) => {
        const { id, params } = JSON.parse(String(data)) as Call;
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: { text: params.text } }));
      });
    });
    await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(https.address() as AddressInfo).port}`;
  },
  async dial(address, own) {
    const tls: object = mutualTls(own); // the types of `ws` want another answer of checkServerIdentity than Node does
    const socket = new WebSocket(`wss://${address}`, [], { ...tls, perMessageDeflate: false });
    await once(socket, 'open');
    const waiting = new Map<number, (length: number) => void>();
    let lastId = 0;
    socket.on('message', (data) => {
      const { id, result } = JSON.parse(String(data)) as Answer;
      waiting.get(id)?.(result.text.length);
      waiting.delete(id);
    });
    return {
      calls(payloadBytes) {
        const text = 'x'.repeat(payloadBytes);
        return async () => {
          const id = ++lastId;
          const answer = new Promise<number>((resolve) => waiting.set(id, resolve));
          socket.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'echo', params: { text } }));
          checkLength(await answer, payloadBytes);
        };
      },
    };
  },
};
