/** The door at `/rpc`: JSON-RPC by HTTP and by WebSocket, and the documents that describe it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { HttpRequest, HttpResponse } from '../../rpc/http.ts';
import type { Principal } from '../../rpc/principal.ts';
import type { ServiceRegistry } from '../../rpc/registry.ts';
import { Desk } from './desk.ts';
import { sendJson, servePost } from './http.ts';
import { HttpRefusal } from './http-body.ts';
import { rpcErrorOf } from './map.ts';
import { rpcCode, writeError } from './wire.ts';

/** Where it is. */
export const RPC_PATH = '/rpc';

export interface JsonRpcOptions {
  readonly registry: ServiceRegistry;
  /** Says who sent a request. Throws a `ConnectError` at whoever shows something false. */
  readonly identify: (request: HttpRequest) => Principal;
  /** The version of this software, for the documents. */
  readonly version: string;
  readonly log: Log;
}

export interface JsonRpcDoor {
  /** Whether a request is for this door. */
  takes(request: HttpRequest): boolean;
  /** Serves one request. Never throws; the answer may come much later. */
  handle(request: HttpRequest, response: HttpResponse): void;
}

export function createJsonRpcDoor(options: JsonRpcOptions): JsonRpcDoor {
  const desk = new Desk(options.registry, new Map());
  return {
    takes: (request) => pathOf(request) === RPC_PATH,
    handle(request, response) {
      // HTTP/2 through Node's compatibility interface has every member that is used here.
      const [asked, answer] = [request as IncomingMessage, response as ServerResponse];
      route(desk, options, asked, answer).catch((error: unknown) => {
        if (!(error instanceof HttpRefusal))
          options.log.debug('a JSON-RPC request broke off', { error: messageOf(error) });
        refuse(asked, answer, error);
      });
    },
  };
}

async function route(
  desk: Desk,
  options: JsonRpcOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'POST') return servePost(desk, principalOf(options, request), request, response);
  response.setHeader('allow', 'POST');
  throw new HttpRefusal(405, rpcCode.invalidRequest, 'send requests with POST, or open a WebSocket');
}

/** Throws an `HttpRefusal` at whoever shows something false. Strangers may ask: each method says whom it answers. */
function principalOf({ identify }: JsonRpcOptions, request: IncomingMessage): Principal {
  try {
    return identify(request);
  } catch (thrown) {
    const { code, message, data } = rpcErrorOf(thrown);
    throw new HttpRefusal(401, code, message, data);
  }
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
