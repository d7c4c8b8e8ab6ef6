/** The door at `/rpc`: JSON-RPC by HTTP and by WebSocket, and the documents that describe it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { Code } from '@connectrpc/connect';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { failure } from '../../rpc/failure.ts';
import type { HttpRequest, HttpResponse } from '../../rpc/http.ts';
import type { Principal } from '../../rpc/principal.ts';
import type { ServiceRegistry } from '../../rpc/registry.ts';
import { Desk } from './desk.ts';
import { sendJson, servePost } from './http.ts';
import { HttpRefusal } from './http-body.ts';
import { rpcErrorOf } from './map.ts';
import type { Sockets } from './websocket.ts';
import { rpcCode, writeError } from './wire.ts';

/** Where it is, and the documents that describe it and Connect's JSON. */
const RPC_PATH = '/rpc';
const OPENRPC_PATH = `${RPC_PATH}/openrpc.json`;
const OPENAPI_PATH = `${RPC_PATH}/openapi.json`;

export interface JsonRpcOptions {
  readonly registry: ServiceRegistry;
  /** Says who sent a request. Throws a `ConnectError` at whoever shows something false. */
  readonly identify: (request: HttpRequest) => Principal;
  /** The version of this software, for the documents. */
  readonly version: string;
  readonly log: Log;
  /** How often WebSockets are asked whether they are alive, in milliseconds. Default `PING_MS`. */
  readonly pingMs?: number;
}

export interface JsonRpcDoor {
  /** Whether a request is for this door. */
  takes(request: HttpRequest): boolean;
  /** Serves one request. Never throws; the answer may come much later. */
  handle(request: HttpRequest, response: HttpResponse): void;
  /** Whether a request is for a WebSocket of this door. */
  takesUpgrade(request: IncomingMessage): boolean;
  /** Serves such a request. Never throws. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends all WebSockets. Afterwards hand in nothing more. */
  close(): void;
}

export function createJsonRpcDoor(options: JsonRpcOptions): JsonRpcDoor {
  const desk = new Desk(options.registry, options.version);
  let sockets: Promise<Sockets> | undefined;
  return {
    takes: (request) => pathOf(request) === RPC_PATH || pathOf(request).startsWith(`${RPC_PATH}/`),
    handle(request, response) {
      // HTTP/2 through Node's compatibility interface has every member that is used here.
      const [asked, answer] = [request as IncomingMessage, response as ServerResponse];
      route(desk, options, asked, answer).catch((error: unknown) => {
        if (!(error instanceof HttpRefusal))
          options.log.debug('a JSON-RPC request broke off', { error: messageOf(error) });
        refuse(asked, answer, error);
      });
    },
    takesUpgrade: (request) => pathOf(request) === RPC_PATH && request.headers.upgrade?.toLowerCase() === 'websocket',
    upgrade(request, socket, head) {
      sockets ??= openSockets(desk, options);
      accept(sockets, options, request, socket, head).catch((error: unknown) => {
        if (error instanceof HttpRefusal) return refuseUpgrade(socket, error);
        options.log.error('a WebSocket was not opened', { error: messageOf(error) });
        socket.destroy();
      });
    },
    close: () => void sockets?.then((open) => open.close()),
  };
}

/** The code for WebSockets is loaded by the first one. */
async function openSockets(desk: Desk, { log, pingMs }: JsonRpcOptions): Promise<Sockets> {
  const { Sockets } = await import('./websocket.ts');
  return new Sockets(desk, log, pingMs);
}

/** A WebSocket is for somebody: a stranger would hold it for nothing. */
async function accept(
  sockets: Promise<Sockets>,
  options: JsonRpcOptions,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  principalOf(options, request, somebody);
  (await sockets).accept(request, socket, head, () => somebody(options.identify(request)));
}

/** Strangers may ask: each method says whom it answers. */
function anybody(principal: Principal): Principal {
  return principal;
}

/** Throws `UNAUTHENTICATED` at strangers. */
function somebody(principal: Principal): Principal {
  if (principal.kind !== 'stranger') return principal;
  throw failure(Code.Unauthenticated, 'UNAUTHENTICATED', 'a token is needed', {
    help: 'make one with `towline token create --agent NAME`',
    permanent: true,
  });
}

function refuseUpgrade(socket: Duplex, { error }: HttpRefusal): void {
  const body = writeError('null', error);
  const head = [
    'HTTP/1.1 401 Unauthorized',
    'www-authenticate: Bearer',
    'content-type: application/json',
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, () =>
    socket.destroy(),
  );
}

async function route(
  desk: Desk,
  options: JsonRpcOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = pathOf(request);
  const document = documentAt(desk, path);
  if (document === undefined && path !== RPC_PATH) {
    throw new HttpRefusal(404, rpcCode.invalidRequest, `there are ${RPC_PATH}, ${OPENRPC_PATH} and ${OPENAPI_PATH}`);
  }
  const verb = document ? 'GET' : 'POST';
  if (request.method !== verb) {
    response.setHeader('allow', verb);
    throw new HttpRefusal(405, rpcCode.invalidRequest, `ask with ${verb}${document ? '' : ', or open a WebSocket'}`);
  }
  if (document === undefined) return servePost(desk, principalOf(options, request), request, response);
  principalOf(options, request, somebody);
  sendJson(response, 200, await document());
}

function documentAt({ documents }: Desk, path: string): (() => Promise<string>) | undefined {
  if (path === OPENRPC_PATH) return () => documents.openRpc();
  return path === OPENAPI_PATH ? () => documents.openApi() : undefined;
}

/** Throws an `HttpRefusal` at whoever shows something false, or does not pass `check`. */
function principalOf(
  { identify }: JsonRpcOptions,
  request: IncomingMessage,
  check: (principal: Principal) => Principal = anybody,
): Principal {
  try {
    return check(identify(request));
  } catch (error) {
    throw unauthorized(error);
  }
}

function unauthorized(thrown: unknown): HttpRefusal {
  const { code, message, data } = rpcErrorOf(thrown);
  return new HttpRefusal(401, code, message, data);
}

function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const refused = error instanceof HttpRefusal ? error : new HttpRefusal(500, rpcCode.internal, 'Internal error');
  if (refused.status === 401) response.setHeader('www-authenticate', 'Bearer');
  // What was not read of the request would be taken for the next one.
  if (!request.complete && request.httpVersionMajor === 1) response.setHeader('connection', 'close');
  sendJson(response, refused.status, writeError('null', refused.error));
}

function pathOf(request: HttpRequest): string {
  return request.url?.split('?', 1)[0] ?? '';
}
