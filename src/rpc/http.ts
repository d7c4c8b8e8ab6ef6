/**
 * The HTTP door: Connect, gRPC and gRPC-Web for every service of a registry, on HTTP/1.1 and HTTP/2. The code for it
 * costs about 45 ms and 11 MB, so it is loaded by the first request.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import {
  Code,
  ConnectError,
  type ConnectRouter,
  type ContextValues,
  createConnectRouter,
  createContextKey,
  type HandlerContext,
} from '@connectrpc/connect';
import { messageOf } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import { failure } from './failure.ts';
import { blameCaller } from './malformed.ts';
import { type Principal, principalValues, stranger } from './principal.ts';
import type { ServiceRegistry } from './registry.ts';

export type HttpRequest = IncomingMessage | Http2ServerRequest;
export type HttpResponse = ServerResponse | Http2ServerResponse;
export type HttpHandler = (request: HttpRequest, response: HttpResponse) => void;

/** Says who sent a request. Throws a `ConnectError` at whoever shows something false, such as a revoked token. */
export type ResolvePrincipal = (request: HttpRequest) => Principal | Promise<Principal>;

export interface HttpOptions {
  /** Takes requests for paths that no service has. By default they get 404. */
  readonly fallback?: HttpHandler;
  readonly log?: Log;
}

/** A message may be 64 MiB (docs/LIMITS.md); in proto JSON, bytes grow by a third, and there is some envelope. */
const READ_MAX_BYTES = 96 * 1024 * 1024;

/** Why a caller is refused, for the gate that says so in the protocol that the caller speaks. */
const refusalKey = createContextKey<ConnectError | undefined>(undefined, { description: 'refusal' });

type Handlers = ReadonlyMap<string, ConnectRouter['handlers'][number]>;

/** Makes a request handler for `node:http` and `node:http2` servers. */
export function createHttpHandler(
  registry: ServiceRegistry,
  resolvePrincipal: ResolvePrincipal,
  options: HttpOptions = {},
): HttpHandler {
  const { fallback = notFound, log = silentLog } = options;
  const handlers = handlersOf(registry);
  return (request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '';
    if (registry.find(path.slice(1)) === undefined) {
      fallback(request, response);
      return;
    }
    serve(path, request, response).catch((error: unknown) => {
      log.debug('an HTTP call broke off', { path, error: messageOf(error) });
      response.destroy();
    });
  };

  async function serve(path: string, request: HttpRequest, response: HttpResponse): Promise<void> {
    const [node, values] = await Promise.all([import('@connectrpc/connect-node'), identify(request)]);
    const handler = handlers().get(path);
    if (handler === undefined) return notFound(request, response);
    if (response.destroyed) return;
    const call = node.universalRequestFromNodeRequest(request, response, undefined, values);
    await node.universalResponseToNodeResponse(await handler(call), response);
  }

  async function identify(request: HttpRequest): Promise<ContextValues> {
    try {
      return principalValues(await resolvePrincipal(request));
    } catch (error) {
      return principalValues(stranger).set(refusalKey, toRefusal(error, log));
    }
  }
}

/** The registry's methods by path, made anew when the registry has changed. */
function handlersOf(registry: ServiceRegistry): () => Handlers {
  let revision = -1;
  let handlers: Handlers = new Map();
  const requestGate = (context: HandlerContext) => {
    const refusal = context.values.get(refusalKey);
    if (refusal) throw refusal;
    blameCaller(context);
    registry.find(context.method)?.admit(context);
  };
  return () => {
    if (revision === registry.revision) return handlers;
    const router = createConnectRouter({ readMaxBytes: READ_MAX_BYTES, requestGate });
    registry.routes(router);
    handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
    revision = registry.revision;
    return handlers;
  };
}

function toRefusal(error: unknown, log: Log): ConnectError {
  if (error instanceof ConnectError) return error;
  log.error('a caller could not be identified', { error: messageOf(error) });
  return failure(Code.Internal, 'INTERNAL', 'the caller could not be identified');
}

function notFound(_request: HttpRequest, response: HttpResponse): void {
  response.statusCode = 404;
  response.end();
}
