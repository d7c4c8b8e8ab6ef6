/** Where a node can be dialed: "host:port", "[2001:db8::1]:port". */
import { isIPv6 } from 'node:net';
import { LocalError } from '../base/errors.ts';

/** As in the schema. */
export const MAX_ADDRESSES = 16;
const MAX_ADDRESS_LENGTH = 256;

/** A host name or an IPv4 address: what a resolver takes, and nothing that a URL or a log could misread. */
const HOST = /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?$/;

export function isAddress(text: string): boolean {
  if (text.length > MAX_ADDRESS_LENGTH) return false;
  const parts = /^(?:\[([^\]]+)\]|([^[\]:]+)):([0-9]{1,5})$/.exec(text);
  if (!parts) return false;
  const [, v6, host, port] = parts;
  if (Number(port) < 1 || Number(port) > 65535) return false;
  return v6 === undefined ? HOST.test(host ?? '') : isIPv6(v6);
}

/** Throws `ADDRESS_INVALID`. */
export function checkAddress(text: string): void {
  if (isAddress(text)) return;
  throw new LocalError('ADDRESS_INVALID', `"${text.slice(0, MAX_ADDRESS_LENGTH)}" is no address`, {
    help: 'write host:port, with square brackets around IPv6: example.org:7433, [2001:db8::1]:7433',
  });
}

export interface HostPort {
  /** A name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** "host:port" and "[2001:db8::1]:port". Throws `ADDRESS_INVALID`. */
export function parseHostPort(text: string): HostPort {
  checkAddress(text);
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}
