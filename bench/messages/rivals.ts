/** Other ways to tell many: a `ws` server that passes on, and NATS. `node rivals.ts HOME PEER_HOME`. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { WebSocket, WebSocketServer } from 'ws';
import { serveQuestions } from '../lib/worker.ts';
import { loadParty, mutualTls } from '../link/contender.ts';
import { startBroker } from '../link/contenders/nats.ts';

const SUBJECT = 'bench';
const SENDER_ID = randomBytes(32).toString('base64');
const [home = '', peerHome = ''] = process.argv.slice(2);

let sockets: WebSocket[] = [];
let connections: NatsConnection[] = [];

/** Listens, and passes each text on to all others. */
async function webSocketServe(): Promise<string> {
  const https = createServer(mutualTls(await loadParty(home, peerHome)));
  const server = new WebSocketServer({ server: https, perMessageDeflate: false });
  server.on('connection', (from) => {
    from.on('message', (data) => {
      const text = JSON.stringify(JSON.parse(String(data)));
      for (const to of server.clients) if (to !== from) to.send(text);
    });
  });
  await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(https.address() as AddressInfo).port}`;
}

async function webSocketDial({ address, count }: { address: string; count: number }): Promise<void> {
  const tls: object = mutualTls(await loadParty(home, peerHome));
  while (sockets.length < count) {
    const socket = new WebSocket(`wss://${address}`, [], { ...tls, perMessageDeflate: false });
    await once(socket, 'open');
    sockets.push(socket);
  }
}

/** Resolves to when all sockets had so many messages, as `now` tells. */
async function webSocketRead({ count }: { count: number }): Promise<number> {
  const reads = sockets.map((socket) => {
    let found = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.removeAllListeners('message');
    socket.on('message', (data) => {
      const { text } = JSON.parse(String(data)) as { text: string };
      if (text.startsWith('x') && ++found === count) resolve();
    });
    return promise;
  });
  await Promise.all(reads);
  return now();
}

function webSocketSend({ count, bytes }: { count: number; bytes: number }): number {
  const startedMs = now();
  const text = 'x'.repeat(bytes);
  for (let n = 0; n < count; n++) {
    sockets[0]?.send(messageText(n, text));
  }
  return startedMs;
}

async function natsDial({ address, count }: { address: string; count: number }): Promise<void> {
  while (connections.length < count) connections.push(await connect({ servers: address }));
}

/** Resolves when the broker knows of all subscriptions; `natsRead` waits for their messages. */
let natsReading: Promise<void>[] = [];

async function natsSubscribe({ count }: { count: number }): Promise<void> {
  natsReading = connections.map(async (connection) => {
    let found = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const subscription = connection.subscribe(SUBJECT, {
      callback: (_, message) => {
        const { text } = message.json<{ text: string }>();
        if (text.startsWith('x') && ++found === count) resolve();
      },
    });
    await promise;
    subscription.unsubscribe();
  });
  await Promise.all(connections.map((connection) => connection.flush()));
}

async function natsSend({ count, bytes }: { count: number; bytes: number }): Promise<number> {
  const startedMs = now();
  const text = 'x'.repeat(bytes);
  for (let n = 0; n < count; n++) {
    connections[0]?.publish(SUBJECT, messageText(n, text));
  }
  await connections[0]?.flush();
  return startedMs;
}

/** What a message of a channel is in JSON. */
function messageText(n: number, text: string): string {
  return JSON.stringify({
    cursor: String(n),
    messageId: randomBytes(16).toString('base64'),
    sender: { nodeId: SENDER_ID, agent: 'agent-1' },
    senderAlias: 'peer',
    createTime: new Date().toISOString(),
    type: 'MESSAGE_TYPE_TEXT',
    text,
  });
}

/** Milliseconds on a clock that all processes of the machine share. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

serveQuestions({
  webSocketServe,
  webSocketDial,
  webSocketRead,
  webSocketSend,
  natsServe: startBroker,
  natsDial,
  natsSubscribe,
  natsSend,
  natsRead: async () => {
    await Promise.all(natsReading);
    return now();
  },
  close: async () => {
    for (const socket of sockets) socket.terminate();
    await Promise.all(connections.map((connection) => connection.close()));
    [sockets, connections] = [[], []];
  },
});
