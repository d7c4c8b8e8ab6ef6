import { describe, expect, it } from 'vitest';
import {
  checkAddress,
  directFirst,
  isAddress,
  mayBeLearnt,
  parseAddress,
  parseHostPort,
} from '../../src/trust/address.ts';
import { failing } from './support.ts';

describe('an address', () => {
  it.each([
    'example.org:7433',
    'ci-box:1',
    '192.168.0.7:65535',
    '[2001:db8::1]:7433',
    '[::1]:7433',
    'my_host.local.:80',
    'wss://mesh.example.org',
    'wss://mesh.example.org/link',
    'wss://mesh.example.org:8443/a/b-c_d.e~f/link',
    'wss://[2001:db8::1]/link',
    'wss://192.168.0.7:7433/link',
    'ws://127.0.0.1:8080/link',
    'ws://localhost/link',
    'ws://[::1]:7433',
  ])('may be %s', (text) => {
    expect(isAddress(text)).toBe(true);
    expect(() => checkAddress(text)).not.toThrow();
  });

  it.each([
    '',
    'example.org',
    ':7433',
    'example.org:',
    'example.org:0',
    'example.org:65536',
    'example.org:-1',
    'example.org:7433/x',
    'https://example.org:7433',
    '2001:db8::1:7433',
    '[example.org]:7433',
    '[::1',
    'a b:1',
    'a\n:1',
    'user@host:1',
    `${'x'.repeat(256)}:1`,
    'ws://example.org/link',
    'ws://192.168.0.7:7433/link',
    'WSS://example.org/link',
    'wss:///link',
    'wss://example.org:0/link',
    'wss://example.org:65536/link',
    'wss://user@example.org/link',
    'wss://example.org/link?token=x',
    'wss://example.org/link#x',
    'wss://example.org/a b',
    'wss://2001:db8::1/link',
    `wss://example.org/${'x'.repeat(256)}`,
  ])('is not "%s"', (text) => {
    expect(isAddress(text)).toBe(false);
    expect(() => checkAddress(text)).toThrow(failing('ADDRESS_INVALID', 'host:port'));
  });

  it('is read as what is dialed: host and port, or the URL of a WebSocket', () => {
    expect(parseAddress('[::1]:7433')).toEqual({ kind: 'direct', host: '::1', port: 7433 });
    expect(parseAddress('wss://[::1]')).toMatchObject({
      host: '::1',
      port: 443,
      url: 'wss://[::1]/link',
      isPlain: false,
    });
    expect(parseAddress('ws://localhost/x')).toMatchObject({ port: 80, url: 'ws://localhost/x', isPlain: true });
    expect(() => parseHostPort('wss://example.org/link')).toThrow(failing('ADDRESS_INVALID', 'host:port'));
  });

  it('is tried before others if it is direct', () => {
    const all = ['wss://a/link', 'b:1', 'wss://c/link', 'd:1'];
    expect(directFirst(all)).toEqual([
      ['b:1', 'd:1'],
      ['wss://a/link', 'wss://c/link'],
    ]);
  });

  it('is not learnt from other nodes if it leads to programs of this machine, unencrypted', () => {
    const all = ['h:1', 'wss://h/link', 'ws://127.0.0.1:8080/link', 'nonsense'];
    expect(all.filter(mayBeLearnt)).toEqual(['h:1', 'wss://h/link']);
  });
});
