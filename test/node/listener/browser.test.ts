import { expect, it } from 'vitest';
import { isLoopbackAddress } from '../../../src/base/loopback.ts';
import { checkBrowser } from '../../../src/node/listener/browser.ts';

const plain = (host: string | undefined, origin?: string) =>
  checkBrowser({ headers: { host, origin }, secure: false, loopback: true, hosts: ['Node.example'] });
const secure = (host: string, origin?: string) =>
  checkBrowser({ headers: { host, origin }, secure: true, loopback: true });

it.each(['localhost', 'LOCALHOST:7433', '127.0.0.1:7433', '127.8.8.8', '[::1]', '[::1]:7433', 'node.example:1'])(
  'takes a plain request for %s',
  (host) => expect(plain(host)).toBeUndefined(),
);

it.each([
  undefined,
  '',
  'evil.example',
  'localhost.evil.example',
  '127.0.0.1.evil.example:7433',
  'evil@localhost',
  'localhost:80:80',
  '192.168.1.5',
  '[::2]',
  '::1',
])('refuses a plain request for %s', (host) => expect(plain(host)).toBe('FOREIGN_HOST'));

it.each([
  ['192.168.1.5:7433', undefined],
  ['[2001:db8::1]:7433', undefined],
  ['evil.example', 'FOREIGN_HOST'],
])('lets other machines ask in plain by IP address: %s', (host, expected) => {
  expect(checkBrowser({ headers: { host }, secure: false, loopback: false })).toBe(expected);
});

it('takes a request over TLS by any name: a page cannot have a certificate of this node', () => {
  expect(secure('evil.example')).toBeUndefined();
  expect(secure('node.example:7433', 'https://node.example:7433')).toBeUndefined();
});

it.each(['http://localhost:3000', 'https://127.0.0.1', 'http://[::1]:7433', 'http://node.example:9'])(
  'takes pages of %s',
  (origin) => expect(plain('localhost', origin)).toBeUndefined(),
);

it.each([
  'null',
  '',
  'https://evil.example',
  'http://localhost.evil.example',
  'file://localhost/x',
  'chrome-extension://localhost',
  'http://',
])('refuses pages of %j', (origin) => {
  expect(plain('localhost', origin)).toBe('FOREIGN_ORIGIN');
  expect(secure('node.example', origin)).toBe('FOREIGN_ORIGIN');
});

it('refuses a page over TLS that came in plain, by the same name', () => {
  expect(secure('node.example:7433', 'http://node.example:7433')).toBe('FOREIGN_ORIGIN');
});

it('goes by the authority of HTTP/2', () => {
  expect(
    checkBrowser({ headers: { ':authority': 'localhost', host: 'x' }, secure: false, loopback: true }),
  ).toBeUndefined();
  expect(checkBrowser({ headers: { ':authority': 'x', host: 'localhost' }, secure: false, loopback: true })).toBe(
    'FOREIGN_HOST',
  );
});

it.each([
  ['127.0.0.1', true],
  ['127.255.0.3', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['::ffff:192.0.2.1', false],
  ['192.0.2.1', false],
  ['::2', false],
  ['localhost', false],
  ['', false],
])('the address %j is this machine: %s', (address, expected) => expect(isLoopbackAddress(address)).toBe(expected));
