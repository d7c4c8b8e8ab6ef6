/** What is behind the one port: links, services by HTTP, and the MCP gateway. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import { ConnectError } from '@connectrpc/connect';
import type { Config } from '../../gen/towline/v1/config_pb.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { createMcpHttpHandler } from '../gateway/mcp/face/http.ts';
import { createJsonRpcDoor } from '../legacy/json-rpc/server.ts';
import { acceptedTls } from '../link/carrier/tls.ts';
import type { OwnHello } from '../link/hello.ts';
import type { Link } from '../link/link.ts';
import { acceptLink } from '../link/open.ts';
import { errorInfoOf, reasonOf } from '../rpc/failure.ts';
import { createHttpHandler, type HttpRequest, type HttpResponse } from '../rpc/http.ts';
import { type Principal, stranger } from '../rpc/principal.ts';
import type { ServiceRegistry } from '../rpc/registry.ts';
import { parseAddress } from '../trust/address.ts';
import { nodeIdOfCertificate } from '../trust/certificate.ts';
import type { Identity } from '../trust/identity.ts';
import type { TlsIdentity } from '../trust/tls-identity.ts';
import type { Doors } from './audit/doors.ts';
import { type DoorParts, principalOf } from './door.ts';
import { advertisedAddresses, formatHostPort } from './listener/addresses.ts';
import type { ConnectionFacts } from './listener/facts.ts';
import { defaultConnectionLimits } from './listener/limits.ts';
import { createListener } from './listener/listener.ts';
import { localClients } from './local-mesh.ts';
import type { Presence } from './presence/open.ts';
import { readTlsPair } from './tls-pair.ts';
import { version } from './version.ts';
import { connectionOf, type Visitors } from './visitors.ts';

export interface PortParts extends DoorParts {
  /** What a key that was trusted once is told of why it is no longer. */
  readonly whyUntrusted: (nodeId: Uint8Array) => string | undefined;
  readonly host: string;
  readonly port: number;
  /** What files in the configuration are relative to. */
  readonly home: string;
  /** Where others can dial this node; if empty, at its interfaces. */
  readonly advertise: readonly string[];
  readonly config: Config;
  readonly identity: Identity;
  readonly tls: TlsIdentity;
  readonly hello: () => OwnHello;
  readonly registry: ServiceRegistry;
  readonly presence: Pick<Presence, 'onSeat' | 'visits'>;
  readonly visitors: Visitors;
  /** Told who is turned away. */
  readonly doors: Pick<Doors, 'refused'>;
  /** Takes a link that somebody else dialed. */
  readonly adopt: (link: Link) => void;
  readonly log: Log;
}

export interface OpenPort {
  /** Where programs on this machine ask. */
  readonly url: string;
  bound(): string[];
  advertised(): string[];
  refused(): Record<string, number>;
  /** Shows the node's key as it is now. */
  renewTls(): void;
  close(): Promise<void>;
}

/** Requests that are under way when the node stops have this long to end. */
const graceMs = 2_000;

export async function openPort(parts: PortParts): Promise<OpenPort> {
  const { host, port, advertise, config, identity, registry, keyring, log } = parts;
  const names = hostNames(advertise, host);
  const mcp = createMcpHttpHandler({
    about: { version },
    log,
    allowedHosts: names,
    clientsFor: (principal) => localClients(registry, principal),
    onAgent: parts.presence.onSeat,
  });
  const factsOf = new WeakMap<object, ConnectionFacts>();
  const identify = (request: HttpRequest): Principal => {
    const connection = connectionOf(request);
    const peerNodeId = connection && factsOf.get(connection)?.peerNodeId;
    const { remoteAddress = '' } = request.socket;
    try {
      const principal = principalOf({ headers: request.headers, peerNodeId }, parts);
      if (connection) {
        parts.visitors.note(principal, connection);
        parts.presence.visits.note(principal, connection);
      }
      return principal;
    } catch (error) {
      parts.doors.refused('http', reasonOf(error) ?? 'UNAUTHENTICATED', remoteAddress);
      throw error;
    }
  };
  const serveMcp = (request: IncomingMessage, response: ServerResponse) => {
    // A browser asks before it shows a token; the answer gives nothing away.
    const principal = request.method === 'OPTIONS' ? stranger : mcpPrincipal(identify, request, response);
    if (principal) mcp.handle(request, response, principal);
  };
  const jsonRpc = createJsonRpcDoor({ registry, identify, version, log });
  const serve = createHttpHandler(registry, identify, {
    log,
    fallback: (request, response) => {
      if (isMcp(request)) serveMcp(request, response as ServerResponse);
      else if (jsonRpc.takes(request)) jsonRpc.handle(request, response);
      else notFound(response);
    },
  });

  const listener = createListener({
    host,
    port,
    hosts: names,
    plainRemote: config.listen?.plainRemote ?? false,
    limits: limitsOf(config),
    tls: parts.tls,
    ...(config.tls && { ordinaryTls: await readTlsPair(config.tls, parts.home) }),
    nodeIdOfCertificate,
    handlers: {
      onRequest(request, response, facts) {
        const connection = connectionOf(request);
        if (connection) factsOf.set(connection, facts);
        serve(request, response);
      },
      onLinkStream: (stream, headers, facts) => takeLink(parts, stream, headers, facts),
      takesUpgrade: (request) => jsonRpc.takesUpgrade(request),
      onUpgrade(request, socket, head, facts) {
        factsOf.set(request.socket, facts);
        jsonRpc.upgrade(request, socket, head);
      },
    },
    onRefused: (reason, remoteAddress) => parts.doors.refused('port', reason, remoteAddress),
    log,
  });
  const bound = await listener.listen();
  const isAny = bound.host === '::' || bound.host === '0.0.0.0';
  const advertised = advertisedAddresses({ configured: advertise, host, port: bound.port });
  log.debug('listening', { address: formatHostPort(bound), node: identity.text, peers: keyring.entries().length });
  return {
    url: `http://${formatHostPort({ host: isAny ? '127.0.0.1' : bound.host, port: bound.port })}`,
    bound: () => [formatHostPort(bound)],
    advertised: () => advertised,
    refused: () => Object.fromEntries(listener.refused()),
    renewTls: () => listener.renewTls(parts.tls),
    close: async () => {
      mcp.close();
      jsonRpc.close();
      await listener.close({ graceMs });
    },
  };
}

async function takeLink(
  { identity, hello, keyring, whyUntrusted, adopt, doors, log }: PortParts,
  stream: ServerHttp2Stream,
  headers: Parameters<typeof acceptLink>[1],
  facts: ConnectionFacts,
): Promise<void> {
  const remote = formatHostPort({ host: facts.remoteAddress, port: facts.remotePort });
  const { tlsSocket, peerNodeId } = facts;
  const carrier = facts.carrier ?? (tlsSocket && peerNodeId && acceptedTls(tlsSocket, remote, peerNodeId));
  if (!carrier) {
    stream.respond({ ':status': 403 }, { endStream: true });
    return;
  }
  try {
    const isTrusted = (nodeId: Uint8Array) => keyring.byId(nodeId) !== undefined;
    adopt(await acceptLink(stream, headers, carrier, { identity, hello, isTrusted, whyUntrusted, log }));
  } catch (error) {
    log.info('refused a link', { remote, error: messageOf(error) });
    doors.refused('link', reasonOf(error) ?? 'LINK_FAILED', facts.remoteAddress);
  }
}

/** Whoever uses the gateway must be somebody; an answer has been sent if this gives nothing. */
function mcpPrincipal(
  identify: (request: HttpRequest) => Principal,
  request: IncomingMessage,
  response: ServerResponse,
): Principal | undefined {
  try {
    const principal = identify(request);
    if (principal.kind !== 'stranger') return principal;
    unauthorized(response, 'a token is needed', 'make one with `towline token create --agent NAME`');
  } catch (error) {
    unauthorized(response, ConnectError.from(error).rawMessage, errorInfoOf(error)?.help ?? '');
  }
  return undefined;
}

function unauthorized(response: ServerResponse, message: string, help: string): void {
  const headers = { 'www-authenticate': 'Bearer', 'content-type': 'application/json', connection: 'close' };
  response.writeHead(401, headers).end(`${JSON.stringify({ error: 'unauthorized', message, help })}\n`);
}

function isMcp(request: HttpRequest): request is IncomingMessage {
  return request.url?.split('?', 1)[0] === '/mcp' && request.httpVersionMajor === 1;
}

function notFound(response: HttpResponse): void {
  response.statusCode = 404;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end(
    'Nothing is here. Services: /towline.v1.<Service>/<Method>. JSON-RPC: /rpc. MCP: /mcp, over HTTP/1.1.\n',
  );
}

/** The hosts by which this node may be asked: those that it tells to others, and its interfaces'. */
function hostNames(advertise: readonly string[], host: string): string[] {
  const anyPort = 1;
  const own = advertisedAddresses({ configured: [], host, port: anyPort });
  return [...advertise, ...own].map((address) => parseAddress(address).host);
}

function limitsOf({ listen }: Config) {
  return {
    maxConnections: listen?.maxConnections ?? defaultConnectionLimits.maxConnections,
    maxConnectionsPerAddress: listen?.maxConnectionsPerAddress ?? defaultConnectionLimits.maxConnectionsPerAddress,
    maxUnidentifiedConnections:
      listen?.maxUnauthenticatedConnections ?? defaultConnectionLimits.maxUnidentifiedConnections,
  };
}
