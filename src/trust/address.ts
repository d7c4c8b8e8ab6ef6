/**
 * Where a node can be dialed: directly, "host:port", "[2001:db8::1]:port"; or by a WebSocket,
 * "wss://host[:port][/path]", and "ws://…" on this machine alone.
 */
import { isIPv6 } from 'node:net';
import { LocalError } from '../base/errors.ts';
import { isLoopbackHost } from '../base/loopback.ts';

/** As in the schema. */
export const MAX_ADDRESSES = 16;
const MAX_ADDRESS_LENGTH = 256;

/** Where a node takes WebSockets, and so the path of an address that names none. */
export const WEBSOCKET_PATH = '/link';

/** The ports of a URL that names none. */
const SECURE_PORT = 443;
const PLAIN_PORT = 80;

/** A host name or an IPv4 address: what a resolver takes, and nothing that a URL or a log could misread. */
const HOST = /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?$/;

/** "scheme://" if there is one; a host, in brackets if it is IPv6; ":port"; a path of RFC 3986, without a query. */
const ADDRESS = /^(?:(wss?):\/\/)?(?:\[([^\]]+)\]|([^[\]:/]+))(?::([0-9]{1,5}))?(\/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?$/;

export interface HostPort {
  /** A name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
}

export type Address =
  /** TLS over TCP. */
  | ({ readonly kind: 'direct' } & HostPort)
  | ({ readonly kind: 'websocket'; readonly url: string; readonly isPlain: boolean } & HostPort);

export function isAddress(text: string): boolean {
  return read(text) !== undefined;
}

/** Throws `ADDRESS_INVALID`. */
export function checkAddress(text: string): void {
  parseAddress(text);
}

/** Reads any address. Throws `ADDRESS_INVALID`. */
export function parseAddress(text: string): Address {
  const address = read(text);
  if (address) return address;
  throw invalid(text, 'host:port, with square brackets around IPv6: example.org:7433, [2001:db8::1]:7433');
}

/** Reads an address that must be direct. Throws `ADDRESS_INVALID`. */
export function parseHostPort(text: string): HostPort {
  const { kind, host, port } = parseAddress(text);
  if (kind === 'direct') return { host, port };
  throw invalid(text, 'host:port, as in example.org:7433');
}

/**
 * Whether this node dials an address because another node says so. A peer must not make it send plain requests to the
 * programs of its own machine: ws:// is for people to name.
 */
export function mayBeLearnt(text: string): boolean {
  const address = read(text);
  return address !== undefined && !(address.kind === 'websocket' && address.isPlain);
}

/**
 * The direct addresses, and then those of WebSockets, each in the order given: a way around is for where there is no way
 * through.
 */
export function directFirst(addresses: readonly string[]): [direct: string[], around: string[]] {
  const isDirect = (text: string) => read(text)?.kind === 'direct';
  return [addresses.filter(isDirect), addresses.filter((text) => !isDirect(text))];
}

function read(text: string): Address | undefined {
  const parts = text.length <= MAX_ADDRESS_LENGTH ? ADDRESS.exec(text) : null;
  if (!parts) return undefined;
  const [, scheme, v6, name = '', digits, path] = parts;
  const host = v6 ?? name;
  const port = digits === undefined ? defaultPort(scheme) : Number(digits);
  const isHost = v6 === undefined ? HOST.test(host) : isIPv6(v6);
  if (!isHost || port < 1 || port > 65535) return undefined;
  if (scheme === undefined) return path === undefined ? { kind: 'direct', host, port } : undefined;
  const isPlain = scheme === 'ws';
  if (isPlain && !isLoopbackHost(host)) return undefined;
  return { kind: 'websocket', url: path === undefined ? text + WEBSOCKET_PATH : text, isPlain, host, port };
}

/** A direct address names its port. */
function defaultPort(scheme: string | undefined): number {
  if (scheme === undefined) return 0;
  return scheme === 'ws' ? PLAIN_PORT : SECURE_PORT;
}

function invalid(text: string, form: string): LocalError {
  return new LocalError('ADDRESS_INVALID', `"${text.slice(0, MAX_ADDRESS_LENGTH)}" is no address`, {
    help: `write ${form}; or, for a WebSocket, wss://host[:port]/path (ws:// for this machine alone)`,
  });
}
