import { describe, expect, it } from 'vitest';
import { checkAddress, isAddress } from '../../src/trust/address.ts';
import { failing } from './support.ts';

describe('an address', () => {
  it.each([
    'example.org:7433',
    'ci-box:1',
    '192.168.0.7:65535',
    '[2001:db8::1]:7433',
    '[::1]:7433',
    'my_host.local.:80',
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
  ])('is not "%s"', (text) => {
    expect(isAddress(text)).toBe(false);
    expect(() => checkAddress(text)).toThrow(failing('ADDRESS_INVALID', 'host:port'));
  });
});
