/**
 * Who may speak HTTP with the gateway at all. A web page can make a browser send requests to a loopback address under
 * the page's own host name (DNS rebinding): the Host and Origin that the browser then tells give it away.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { hostOf } from '../../../base/authority.ts';

const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '::1'];

/** Which names this gateway goes by: the loopback ones and `configured`, without ports. */
export function hostNames(configured: readonly string[] = []): ReadonlySet<string> {
  return new Set([...loopbackHosts, ...configured.map((name) => name.toLowerCase())]);
}

/** Why the request must be refused; `undefined` if it may pass. */
export function refusalAtGate({ headers }: IncomingMessage, names: ReadonlySet<string>): string | undefined {
  if (!isOurs(hostOf(headers.host ?? ''), names)) return 'this gateway does not go by that Host';
  const { origin } = headers;
  if (origin !== undefined && !isOurs(hostOf(URL.parse(origin)?.host ?? ''), names)) {
    return 'this gateway serves no such Origin';
  }
  return undefined;
}

/** Lets a page of an origin that has passed the gate read the answer. */
export function allowOrigin({ headers }: IncomingMessage, response: ServerResponse): void {
  if (headers.origin === undefined) return;
  response.setHeader('access-control-allow-origin', headers.origin);
  response.setHeader('access-control-expose-headers', 'mcp-session-id, mcp-protocol-version');
  response.setHeader('vary', 'origin');
}

/** Answers the question that a browser asks before the real one. */
export function answerPreflight(response: ServerResponse): void {
  response.writeHead(204, {
    allow: 'POST, GET, DELETE, OPTIONS',
    'access-control-allow-methods': 'POST, GET, DELETE, OPTIONS',
    'access-control-allow-headers':
      'authorization, content-type, accept, mcp-session-id, mcp-protocol-version, mcp-method, mcp-name, last-event-id',
    'access-control-max-age': '600',
  });
  response.end();
}

function isOurs(host: string | undefined, names: ReadonlySet<string>): boolean {
  return host !== undefined && names.has(host.toLowerCase());
}
