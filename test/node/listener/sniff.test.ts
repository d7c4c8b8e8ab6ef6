import { expect, it } from 'vitest';
import { sniff } from '../../../src/node/listener/sniff.ts';

it.each([
  ['', 'more'],
  ['\x16', 'tls'],
  ['P', 'more'],
  ['PR', 'more'],
  ['PRI', 'http2'],
  ['PRI * HTTP/2.0', 'http2'],
  ['PRO', 'http1'],
  ['PO', 'http1'],
  ['G', 'http1'],
  ['get', 'http1'],
  ['{', 'unknown'],
  ['\x00', 'unknown'],
  ['\x01\x00', 'unknown'],
  ['@', 'unknown'],
  ['[', 'unknown'],
  ['\x80', 'unknown'],
])('%j begins %s', (text, expected) => expect(sniff(Buffer.from(text, 'latin1'))).toBe(expected));
