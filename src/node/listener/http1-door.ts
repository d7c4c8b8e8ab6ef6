/** HTTP/1.1, over TLS or plain, by a server that never listens itself. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { systemCodeOf } from '../../base/errors.ts';
import { HEADERS_MS, KEEP_ALIVE_MS, MAX_HEADER_BYTES, REQUEST_MS } from './limits.ts';
import { type Hall, refusalOf, run, type Visit } from './visit.ts';
import { asksForLink, type WebSocketDoor } from './websocket-door.ts';

/** How often the times above are looked at. */
const CHECK_MS = 2_000;

/** How often a door that closes looks for connections that have fallen idle. */
const DRAIN_LOOK_MS = 20;

export interface Http1Door {
  enter(socket: Duplex, visit: Visit): void;
  /** Ends connections as they fall idle. */
  drain(): void;
}

const statuses: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

export function createHttp1Door(hall: Hall, webSocket: WebSocketDoor): Http1Door {
  const { onUpgrade } = hall.handlers;
  const visits = new WeakMap<Duplex, Visit>();
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: CHECK_MS,
    shouldUpgradeCallback: (request) =>
      asksForLink(request) || (onUpgrade !== undefined && (hall.handlers.takesUpgrade?.(request) ?? true)),
  });

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const visit = visits.get(request.socket);
    if (!visit) return void request.socket.destroy();
    visit.answer = response;
    const refusal = refusalOf(hall, visit, request.headers);
    if (refusal) return answer(response, 403, refusal);
    void run(
      hall,
      () => hall.handlers.onRequest(request, response, visit.facts),
      () => answer(response, 500, 'The request failed inside the node; its log says why.\n'),
    );
  });

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const visit = visits.get(socket);
    socket.on('error', () => socket.destroy());
    if (!visit) return void socket.destroy();
    const isLink = asksForLink(request);
    const refusal = refusalOf(hall, visit, request.headers, !isLink);
    if (refusal) return endWith(socket, '403 Forbidden', refusal);
    const take = () =>
      isLink
        ? webSocket.enter(request, socket, head, visit)
        : onUpgrade?.call(hall.handlers, request, socket, head, visit.facts);
    void run(hall, take, () => socket.destroy());
  });

  server.on('clientError', (error, socket) => {
    const visit = visits.get(socket);
    const answer = visit?.answer;
    // Another status line would land in the middle of an answer.
    const busy = answer !== undefined && !answer.writableFinished && !answer.destroyed;
    if (visit && systemCodeOf(error) !== 'ECONNRESET') hall.admission.settle(visit.connection, 'BAD_HTTP');
    if (busy || !socket.writable) return void socket.destroy();
    endWith(socket, statuses[systemCodeOf(error) ?? ''] ?? '400 Bad Request', '');
  });

  server.emit('listening'); // starts the checks of the times: a server that never listens makes none
  return {
    enter(socket, visit) {
      visits.set(socket, visit);
      server.emit('connection', socket);
      socket.resume(); // paused since its first bytes were read; the parser listens now
    },
    drain() {
      server.close(() => undefined); // stops the checks; says that it was not listening, which is true
      const timer = setInterval(() => {
        server.closeIdleConnections();
        if (hall.admission.connections.size === 0) clearInterval(timer);
      }, DRAIN_LOOK_MS).unref();
    },
  };
}

/** Answers in text, if nothing was answered yet; else breaks the answer off, so that it is not taken for whole. */
function answer(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(text);
}

/** Ends a connection with an answer of its own, written past Node's server. */
export function endWith(socket: Duplex, status: string, text: string): void {
  const head = `HTTP/1.1 ${status}\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n`;
  socket.end(`${head}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`, () => socket.destroy());
}
