import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Whether an IP address is this machine itself. IPv4 inside IPv6 (`::ffff:127.0.0.1`) counts, for sockets that take
 * both give it so.
 */
export function isLoopbackAddress(address: string): boolean {
  if (address === '127.0.0.1') return true; // nearly always, and much cheaper
  const family = isIP(address);
  return family !== 0 && loopback.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** Whether the host of a URL or a Host header, without brackets and port, names this machine itself. */
export function isLoopbackHost(host: string): boolean {
  return host.toLowerCase() === 'localhost' || isLoopbackAddress(host);
}
