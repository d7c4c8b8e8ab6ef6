/**
 * Keeps web pages out. A page may make its visitor's browser send requests to the visitor's own machine, directly, or
 * under a name of its own that resolves to 127.0.0.1 ("DNS rebinding"). Browsers cannot lie in Host and Origin: a plain
 * request must name this machine, and a page must come from this machine or from the very host that it asks. Where only
 * nodes ask, no page may.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { hostOf } from '../../base/authority.ts';
import { isLoopbackHost } from '../../base/loopback.ts';
import type { RefusalReason } from './refusals.ts';

export interface BrowserCheck {
  /** Of HTTP/1.1 or HTTP/2. */
  readonly headers: IncomingHttpHeaders & { readonly ':authority'?: string | undefined };
  readonly secure: boolean;
  /** The request comes from this machine. */
  readonly loopback: boolean;
  /** Names beside loopback's by which this node may be asked in plain, without ports. */
  readonly hosts?: readonly string[] | undefined;
  /** Whether pages have any business here. Default true. */
  readonly pages?: boolean;
}

/** Why a request must be refused, if it must. */
export function checkBrowser(request: BrowserCheck): RefusalReason | undefined {
  const authority = request.headers[':authority'] ?? request.headers.host;
  if (!request.secure && !isAllowedHost(hostOf(authority ?? ''), request)) return 'FOREIGN_HOST';
  const { origin } = request.headers;
  if (origin === undefined) return undefined; // no browser, or no page behind it
  return request.pages !== false && isOwnOrigin(origin, authority, request) ? undefined : 'FOREIGN_ORIGIN';
}

/** Other machines that are served in plain may also ask by IP address: no page can give itself one of ours. */
function isAllowedHost(host: string | undefined, { loopback, hosts }: BrowserCheck): boolean {
  return isOwnHost(host, hosts) || (!loopback && isIP(host ?? '') !== 0);
}

function isOwnOrigin(origin: string, authority: string | undefined, request: BrowserCheck): boolean {
  if (!/^https?:\/\//i.test(origin) || !URL.canParse(origin)) return false; // "null", extensions, files
  const { host, protocol } = new URL(origin);
  if (isOwnHost(hostOf(host), request.hosts)) return true;
  // Rebinding fails against TLS: no certificate of this node is valid for the page's name.
  return request.secure && protocol === 'https:' && host === authority?.toLowerCase();
}

function isOwnHost(host: string | undefined, hosts: readonly string[] = []): boolean {
  return host !== undefined && (isLoopbackHost(host) || hosts.some((own) => own.toLowerCase() === host.toLowerCase()));
}
