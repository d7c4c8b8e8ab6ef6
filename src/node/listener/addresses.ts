/** Addresses as people and peers write them, and those that a node tells to others. */
import { isIPv6 } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { checkAddress, type HostPort, MAX_ADDRESSES, parseHostPort } from '../../trust/address.ts';

export { type HostPort, parseHostPort };

/** The inverse of `parseHostPort`. */
export function formatHostPort({ host, port }: HostPort): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

export interface AdvertiseOptions {
  /** What the configuration says; if not empty, nothing else is told. */
  readonly configured: readonly string[];
  /** The host that was bound; empty for all interfaces. */
  readonly host: string;
  readonly port: number;
  /** For tests. */
  readonly interfaces?: NodeJS.Dict<NetworkInterfaceInfo[]>;
}

/**
 * The addresses that others may dial, IPv4 first. A node that is bound to one host has that one; a node that is bound to
 * all has those of the machine's interfaces and, last, loopback, so that nodes on one machine always find each other.
 * Throws `ADDRESS_INVALID` for a configured address that is none.
 */
export function advertisedAddresses(options: AdvertiseOptions): string[] {
  for (const address of options.configured) checkAddress(address);
  if (options.configured.length > 0) return options.configured.slice(0, MAX_ADDRESSES);
  const hosts = isAnyHost(options.host) ? interfaceHosts(options.interfaces ?? networkInterfaces()) : [options.host];
  return hosts.map((host) => formatHostPort({ host, port: options.port }));
}

function interfaceHosts(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): string[] {
  const found = Object.values(interfaces)
    .flatMap((infos) => infos ?? [])
    .filter(({ internal, address }) => !internal && !isLinkLocal(address))
    .sort((left, right) => left.family.localeCompare(right.family))
    .map(({ address }) => address);
  return [...new Set(found).values()].slice(0, MAX_ADDRESSES - 1).concat('127.0.0.1');
}

/** Means nothing on another machine: it needs the name of an interface there. */
function isLinkLocal(address: string): boolean {
  return /^fe[89ab]/i.test(address);
}

function isAnyHost(host: string): boolean {
  return host === '' || host === '0.0.0.0' || host === '::';
}
