import type { NetworkInterfaceInfo } from 'node:os';
import { expect, it } from 'vitest';
import { advertisedAddresses, formatHostPort, parseHostPort } from '../../../src/node/listener/addresses.ts';

it.each([
  ['example.org:7433', { host: 'example.org', port: 7433 }],
  ['192.0.2.1:1', { host: '192.0.2.1', port: 1 }],
  ['[2001:db8::1]:65535', { host: '2001:db8::1', port: 65535 }],
])('reads %s, and writes it the same', (text, parsed) => {
  expect(parseHostPort(text)).toEqual(parsed);
  expect(formatHostPort(parsed)).toBe(text);
});

it.each(['', 'host', 'host:', ':1', 'host:0', 'host:65536', '2001:db8::1', 'a b:1', '[x]:1'])('refuses %j', (text) => {
  expect(() => parseHostPort(text)).toThrow(expect.objectContaining({ reason: 'ADDRESS_INVALID' }));
});

function info(address: string, family: 'IPv4' | 'IPv6', internal = false): NetworkInterfaceInfo {
  const common = { address, internal, netmask: '', mac: '', cidr: null };
  return family === 'IPv4' ? { ...common, family } : { ...common, family, scopeid: 0 };
}

const interfaces = {
  lo: [info('127.0.0.1', 'IPv4', true), info('::1', 'IPv6', true)],
  eth0: [info('2001:db8::7', 'IPv6'), info('192.0.2.7', 'IPv4'), info('fe80::1', 'IPv6')],
  docker0: [info('172.17.0.1', 'IPv4')],
};
const options = { configured: [], host: '', port: 7433, interfaces };

it('tells the addresses of the interfaces, IPv4 first, and loopback last', () => {
  const all = ['192.0.2.7:7433', '172.17.0.1:7433', '[2001:db8::7]:7433', '127.0.0.1:7433'];
  for (const host of ['', '0.0.0.0', '::']) expect(advertisedAddresses({ ...options, host })).toEqual(all);
});

it('tells the one host that is bound', () => {
  expect(advertisedAddresses({ ...options, host: '::1' })).toEqual(['[::1]:7433']);
});

it('tells what the configuration says, and nothing else', () => {
  expect(advertisedAddresses({ ...options, configured: ['node.example:443'] })).toEqual(['node.example:443']);
  expect(() => advertisedAddresses({ ...options, configured: ['node.example'] })).toThrow(
    expect.objectContaining({ reason: 'ADDRESS_INVALID' }),
  );
});

it('tells loopback on a machine without a network', () => {
  expect(advertisedAddresses({ ...options, interfaces: {} })).toEqual(['127.0.0.1:7433']);
});

it('tells no more addresses than the schema takes', () => {
  const many = Array.from({ length: 40 }, (_, index) => info(`10.0.0.${index}`, 'IPv4'));
  expect(advertisedAddresses({ ...options, interfaces: { many } })).toHaveLength(16);
});
