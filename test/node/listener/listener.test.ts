import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { defaultConnectionLimits, MAX_HEADER_BYTES } from '../../../src/node/listener/limits.ts';
import {
  ask,
  connectPlain,
  connectSecure,
  ecdsaCertificate,
  ed25519Certificate,
  exchange,
  get,
  readAll,
  refusals,
  session,
  startListener,
} from './support.ts';

const LINK = { ':path': '/towline.v1.LinkService/Open' };

describe('one port', () => {
  it('serves HTTP/1.1 in plain', async () => {
    await using node = await startListener();
    const answer = await fetch(`http://127.0.0.1:${node.port}/`, { method: 'POST', body: 'hello' });
    expect(await answer.json()).toEqual({ version: '1.1', secure: false, loopback: true, body: 'hello' });
  });

  it('serves HTTP/2 in plain', async () => {
    await using node = await startListener();
    const client = session(node.port);
    const { status, body } = await ask(client, {}, 'hello');
    client.destroy();
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({ version: '2.0', secure: false, loopback: true, body: 'hello' });
  });

  it('serves HTTP/2 over TLS, and knows the key of the caller', async () => {
    await using node = await startListener();
    const socket = await connectSecure(node.port, { ...(await ed25519Certificate()), ALPNProtocols: ['h2'] });
    const client = session(node.port, socket);
    const answer = JSON.parse((await ask(client, {}, 'hello')).body);
    client.destroy();
    expect(answer).toMatchObject({ version: '2.0', secure: true, body: 'hello' });
    expect(answer.key).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([[['http/1.1']], [undefined]])('serves HTTP/1.1 over TLS (ALPN %j)', async (ALPNProtocols) => {
    await using node = await startListener();
    const socket = await connectSecure(node.port, ALPNProtocols ? { ALPNProtocols } : {});
    const answer = readAll(socket);
    socket.write(get());
    expect(await answer).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*"secure":true/);
  });

  it('takes no key from a certificate of another kind', async () => {
    await using node = await startListener();
    const client = session(
      node.port,
      await connectSecure(node.port, { ...(await ecdsaCertificate()), ALPNProtocols: ['h2'] }),
    );
    expect(JSON.parse((await ask(client)).body)).toEqual({ version: '2.0', secure: true, loopback: true, body: '' });
    client.destroy();
  });

  it('hands links over below the requests, with the socket whose exporter both ends share', async () => {
    await using node = await startListener();
    const socket = await connectSecure(node.port, { ALPNProtocols: ['h2'] });
    const client = session(node.port, socket);
    const { body } = await ask(client, LINK);
    const exported = socket.exportKeyingMaterial(32, 'EXPORTER-test', Buffer.alloc(0)).toString('hex');
    client.destroy();
    expect(body).toBe(`link ${exported}`);
  });

  it('serves a GET of the path of links as a request', async () => {
    await using node = await startListener();
    const client = session(node.port);
    expect((await ask(client, { ...LINK, ':method': 'GET' })).body).toContain('"version":"2.0"');
    client.destroy();
  });

  it('tells protocols apart when the first bytes come one by one', async () => {
    await using node = await startListener();
    for (const bytes of ['PUT / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', get()]) {
      const socket = await connectPlain(node.port);
      const answer = readAll(socket);
      for (const byte of bytes) {
        socket.write(byte);
        await sleep(1);
      }
      expect(await answer).toMatch(/^HTTP\/1\.1 200 OK/);
    }
    const preface = await connectPlain(node.port);
    for (const byte of 'PRI') {
      preface.write(byte);
      await sleep(2);
    }
    preface.write(
      Buffer.concat([Buffer.from(' * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])]),
    );
    const [answer] = (await once(preface, 'data')) as [Buffer];
    expect(answer[3]).toBe(4); // a SETTINGS frame
    preface.destroy();
  });

  it('shows the Ed25519 certificate to those who ask for it, and the ordinary one to others', async () => {
    await using node = await startListener({ ordinaryTls: await ecdsaCertificate() });
    const kinds = [];
    for (const sigalgs of ['ed25519', 'ecdsa_secp256r1_sha256']) {
      const socket = await connectSecure(node.port, { sigalgs });
      kinds.push(socket.getPeerX509Certificate()?.publicKey.asymmetricKeyType);
      socket.destroy();
    }
    expect(kinds).toEqual(['ed25519', 'ec']);
  });

  it('speaks TLS 1.3 only', async () => {
    await using node = await startListener();
    await expect(connectSecure(node.port, { maxVersion: 'TLSv1.2' })).rejects.toThrow();
    await vi.waitFor(() => expect(refusals(node.listener)).toEqual({ TLS_FAILED: 1 }));
  });

  it('passes upgrades on', async () => {
    const onUpgrade = vi.fn((_request, socket, _head, facts) => socket.end(`upgraded ${facts.loopback}`));
    await using node = await startListener({ handlers: { onUpgrade } as never });
    expect(await exchange(node.port, get({ Connection: 'Upgrade', Upgrade: 'websocket' }))).toBe('upgraded true');
  });

  it('serves an upgrade that nobody takes as the request that it also is', async () => {
    await using node = await startListener();
    expect(await exchange(node.port, get({ Upgrade: 'x' }))).toMatch(/^HTTP\/1\.1 200/);
  });

  it('carries large messages', async () => {
    await using node = await startListener();
    const client = session(node.port, await connectSecure(node.port, { ALPNProtocols: ['h2'] }));
    const large = 'x'.repeat(64 * 1024 * 1024);
    expect(JSON.parse((await ask(client, {}, large)).body).body.length).toBe(large.length);
    client.destroy();
  });
});

describe('what is no business of the port', () => {
  it.each([
    ['a byte of no protocol', Buffer.from([0x05, 0, 0, 1, 0])],
    ['an object', '{"jsonrpc":"2.0"}'],
    ['a zero', Buffer.alloc(100)],
  ])('%s is closed without an answer', async (_, bytes) => {
    await using node = await startListener();
    expect(await exchange(node.port, bytes)).toBe('');
    expect(refusals(node.listener)).toEqual({ UNKNOWN_PROTOCOL: 1 });
  });

  it('a handshake of nonsense is closed', async () => {
    await using node = await startListener();
    await exchange(node.port, Buffer.concat([Buffer.from([0x16, 3, 1, 0, 200]), Buffer.alloc(200, 0xee)]));
    await vi.waitFor(() => expect(refusals(node.listener)).toEqual({ TLS_FAILED: 1 }));
  });

  it('a request of nonsense is told so', async () => {
    await using node = await startListener();
    expect(await exchange(node.port, 'HELO example.org\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(refusals(node.listener)).toEqual({ BAD_HTTP: 1 });
  });

  it('a preface of nonsense is closed', async () => {
    await using node = await startListener();
    await exchange(node.port, 'PRI * HTTP/9.9\r\n\r\nXX\r\n\r\nnonsense and more of it');
    await vi.waitFor(() => expect(refusals(node.listener)).toEqual({ BAD_HTTP: 1 }));
  });

  it.each([1, 4])('a head that is %i times too large is told so', async (times) => {
    await using node = await startListener();
    const answer = await exchange(node.port, get({ 'X-Large': 'x'.repeat(MAX_HEADER_BYTES * times) }));
    expect(answer === '' ? '' : answer.slice(0, 13)).toMatch(times === 1 ? /^HTTP\/1\.1 431 / : /^(HTTP\/1\.1 431 )?$/);
  });

  it('a head that is too large ends a stream of HTTP/2 and not the node', async () => {
    await using node = await startListener();
    const client = session(node.port);
    await ask(client); // by now the client has been told the limit, and must keep to it
    await expect(ask(client, { 'x-large': 'x'.repeat(MAX_HEADER_BYTES + 1) })).rejects.toThrow();
    client.destroy();
    const next = session(node.port);
    expect((await ask(next)).status).toBe(200);
    next.destroy();
  });

  it('silence is closed after the deadline', async () => {
    await using node = await startListener({ identifyMs: 50 });
    expect(await exchange(node.port, '')).toBe('');
    expect(refusals(node.listener)).toEqual({ TOO_SLOW: 1 });
  });

  it.each([
    ['a request', get()],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a handshake', Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3])],
  ])('%s of a byte now and then is closed after the deadline', async (_, bytes) => {
    await using node = await startListener({ identifyMs: 80 });
    const socket = await connectPlain(node.port);
    const end = readAll(socket);
    for (let sent = 0; !socket.destroyed; sent++) {
      if (socket.writable && sent < bytes.length) socket.write(bytes.slice(sent, sent + 1));
      await sleep(30);
    }
    expect(await end).not.toContain('200 OK');
    expect(refusals(node.listener)).toEqual({ TOO_SLOW: 1 });
  });

  it('a handshake without a request is closed after the deadline', async () => {
    await using node = await startListener({ identifyMs: 80 });
    const idle = [await connectSecure(node.port), await connectSecure(node.port, { ALPNProtocols: ['h2'] })];
    await Promise.all(idle.map(readAll));
    expect(refusals(node.listener)).toEqual({ TOO_SLOW: 2 });
  });

  it('the deadline spares those who have asked something', async () => {
    await using node = await startListener({ identifyMs: 80 });
    const client = session(node.port);
    await ask(client);
    await sleep(150);
    expect((await ask(client)).status).toBe(200);
    client.destroy();
    expect(refusals(node.listener)).toEqual({});
  });

  it('a connection that ends or breaks before it says anything is counted', async () => {
    await using node = await startListener();
    (await connectPlain(node.port)).end();
    (await connectPlain(node.port)).resetAndDestroy();
    await vi.waitFor(() => expect(refusals(node.listener)).toEqual({ SAID_NOTHING: 2 }));
    expect(node.listener.connectionCount).toBe(0);
  });
});

describe('other machines', () => {
  const remote = { remoteAddressOf: () => '192.0.2.7' };

  it('are told to use TLS when they speak HTTP/1.1 in plain', async () => {
    await using node = await startListener(remote);
    expect(await exchange(node.port, get())).toMatch(/^HTTP\/1\.1 403 Forbidden[\s\S]*use https/);
    expect(refusals(node.listener)).toEqual({ PLAIN_FROM_REMOTE: 1 });
  });

  it('are closed when they speak HTTP/2 in plain', async () => {
    await using node = await startListener(remote);
    const client = session(node.port);
    await expect(ask(client)).rejects.toThrow();
    expect(refusals(node.listener)).toEqual({ PLAIN_FROM_REMOTE: 1 });
  });

  it('are served over TLS, as what they are', async () => {
    await using node = await startListener(remote);
    const client = session(node.port, await connectSecure(node.port, { ALPNProtocols: ['h2'] }));
    expect(JSON.parse((await ask(client)).body)).toMatchObject({ secure: true, loopback: false });
    client.destroy();
  });

  it('are served in plain where the configuration says so', async () => {
    await using node = await startListener({ ...remote, plainRemote: true, hosts: ['node.example'] });
    expect(await exchange(node.port, get({ Host: 'node.example:7433' }))).toMatch(
      /^HTTP\/1\.1 200[\s\S]*"loopback":false/,
    );
  });
});

describe('this machine', () => {
  const address = Object.values(networkInterfaces())
    .flat()
    .find((info) => info?.family === 'IPv4' && !info.internal)?.address;

  it.runIf(address)('is known by any of its addresses, where the node is bound to that one', async () => {
    await using node = await startListener({ host: address as string });
    const answer = await fetch(`http://${address}:${node.port}/`);
    expect(await answer.json()).toMatchObject({ secure: false, loopback: true });
  });
});

describe('web pages', () => {
  it.each([
    ['by a name that is not ours', { Host: 'evil.example' }, 'FOREIGN_HOST'],
    ['from another site', { Origin: 'https://evil.example' }, 'FOREIGN_ORIGIN'],
  ])('are refused %s, over HTTP/1.1', async (_, headers, reason) => {
    const onUpgrade = vi.fn();
    await using node = await startListener({ handlers: { onUpgrade } as never });
    expect(await exchange(node.port, get(headers))).toMatch(/^HTTP\/1\.1 403 Forbidden/);
    const upgrade = { ...headers, Connection: 'Upgrade', Upgrade: 'websocket' };
    expect(await exchange(node.port, get(upgrade))).toMatch(/^HTTP\/1\.1 403 Forbidden/);
    expect(onUpgrade).not.toHaveBeenCalled();
    expect(refusals(node.listener)).toEqual({ [reason]: 2 });
  });

  it.each([
    ['by a name that is not ours', { ':authority': 'evil.example' }],
    ['from another site', { origin: 'https://evil.example' }],
    ['where links are opened', { ...LINK, origin: 'https://evil.example' }],
  ])('are refused %s, over HTTP/2', async (_, headers) => {
    await using node = await startListener();
    const client = session(node.port);
    expect((await ask(client, headers)).status).toBe(403);
    client.destroy();
  });
});

describe('caps', () => {
  const limits = { ...defaultConnectionLimits, maxConnections: 5, maxConnectionsPerAddress: 3 };

  /** Opens so many connections, of which so many are kept. */
  async function open(port: number, count: number, kept: number): Promise<void> {
    const sockets = await Promise.all(Array.from({ length: count }, () => connectPlain(port)));
    for (const socket of sockets) socket.on('error', () => undefined).resume();
    await vi.waitFor(() => expect(sockets.filter((socket) => !socket.destroyed)).toHaveLength(kept));
  }

  it('bound connections in all', async () => {
    await using node = await startListener({ limits });
    await open(node.port, 8, 5);
    expect(refusals(node.listener)).toEqual({ TOO_MANY_CONNECTIONS: 3 });
  });

  it('bound connections of one other machine, and not of this one', async () => {
    let address = '192.0.2.1';
    await using node = await startListener({ limits, remoteAddressOf: () => address });
    await open(node.port, 4, 3);
    address = '192.0.2.2';
    await open(node.port, 1, 1);
    expect(refusals(node.listener)).toEqual({ TOO_MANY_FROM_ADDRESS: 1 });
  });

  it('bound connections that have not asked anything, on each side apart', async () => {
    let address = '192.0.2.1';
    const tight = { ...defaultConnectionLimits, maxUnidentifiedConnections: 2 };
    await using node = await startListener({ limits: tight, remoteAddressOf: () => address });
    await open(node.port, 3, 2);
    address = '127.0.0.1';
    expect(await exchange(node.port, get())).toMatch(/^HTTP\/1\.1 200/);
    expect(refusals(node.listener)).toEqual({ TOO_MANY_UNIDENTIFIED: 1 });
  });

  it('give the place of a connection back when it ends, TLS or not', async () => {
    const tight = { ...defaultConnectionLimits, maxConnections: 1, maxUnidentifiedConnections: 1 };
    await using node = await startListener({ limits: tight });
    for (let round = 0; round < 3; round++) {
      expect(await exchange(node.port, get())).toMatch(/^HTTP\/1\.1 200/);
      await vi.waitFor(() => expect(node.listener.connectionCount).toBe(0));
      const client = session(node.port, await connectSecure(node.port, { ALPNProtocols: ['h2'] }));
      await ask(client);
      client.close();
      await vi.waitFor(() => expect(node.listener.connectionCount).toBe(0));
    }
  });
});

describe('handlers that fail', () => {
  it.each([
    [
      'throw',
      () => {
        throw new Error('x');
      },
    ],
    [
      'reject',
      async () => {
        throw new Error('x');
      },
    ],
  ])('are answered for when they %s', async (_, fail) => {
    await using node = await startListener({ handlers: { onRequest: fail, onLinkStream: fail } });
    expect(await exchange(node.port, get())).toMatch(/^HTTP\/1\.1 500 /);
    const client = session(node.port);
    expect((await ask(client)).status).toBe(500);
    expect((await ask(client, LINK)).status).toBe(500);
    client.destroy();
  });
});

describe('listening', () => {
  it('says that another program has the port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(startListener({ port })).rejects.toMatchObject({
      reason: 'PORT_IN_USE',
      message: expect.stringContaining(`port ${port} is taken by another program`),
      help: expect.stringContaining('--port'),
    });
    other.close();
  });

  it('says that there is no such host', async () => {
    await expect(startListener({ host: 'no-such-host.invalid' })).rejects.toMatchObject({ reason: 'HOST_NOT_FOUND' });
  });

  it('says that the host is another machine', async () => {
    await expect(startListener({ host: '192.0.2.1' })).rejects.toMatchObject({ reason: 'HOST_NOT_HERE' });
  });
});

describe('closing', () => {
  it('ends every connection, whatever it was doing', async () => {
    const node = await startListener({ handlers: { onRequest: () => undefined } as never });
    const sockets = [await connectPlain(node.port), await connectSecure(node.port)];
    const ends = sockets.map(readAll);
    const busy = exchange(node.port, get());
    const client = session(node.port, await connectSecure(node.port, { ALPNProtocols: ['h2'] }));
    const waiting = ask(client);
    waiting.catch(() => undefined);
    await vi.waitFor(() => expect(node.listener.connectionCount).toBe(4));
    await node.listener.close();
    await Promise.all([...ends, busy]);
    await expect(waiting).rejects.toThrow();
    expect(node.listener.connectionCount).toBe(0);
    await expect(connectPlain(node.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(refusals(node.listener)).toEqual({});
    await node.listener.close();
  });

  it('lets requests under way end within the grace, and idle connections no longer than them', async () => {
    const node = await startListener({
      handlers: {
        async onRequest(_request: unknown, response: { end(text: string): void }) {
          await sleep(100);
          response.end('done');
        },
      } as never,
    });
    const keptAlive = exchange(node.port, get({ Connection: 'keep-alive' }));
    const client = session(node.port);
    const asked = ask(client);
    await sleep(30);
    const started = performance.now();
    await node.listener.close({ graceMs: 20_000 });
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(await keptAlive).toContain('done');
    expect((await asked).body).toBe('done');
  });

  it('ends what outlasts the grace', async () => {
    const node = await startListener({ handlers: { onRequest: () => undefined } as never });
    const busy = exchange(node.port, get());
    await sleep(20);
    await node.listener.close({ graceMs: 50 });
    expect(await busy).toBe('');
  });

  it('leaves nothing that keeps a process alive', async () => {
    const before = process.getActiveResourcesInfo().filter((kind) => /TCP|TLS|Timeout/.test(kind)).length;
    const node = await startListener();
    expect(await exchange(node.port, get())).toMatch(/200 OK/);
    await node.listener.close();
    await sleep(10);
    const after = process.getActiveResourcesInfo().filter((kind) => /TCP|TLS|Timeout/.test(kind)).length;
    expect(after).toBeLessThanOrEqual(before);
  });

  it('may come before listening', async () => {
    const { createListener } = await import('../../../src/node/listener/listener.ts');
    const { serverTls } = await import('./support.ts');
    const { silentLog } = await import('../../../src/base/log.ts');
    const listener = createListener({
      host: '127.0.0.1',
      port: 0,
      plainRemote: false,
      limits: defaultConnectionLimits,
      tls: serverTls,
      nodeIdOfCertificate: () => undefined,
      handlers: { onRequest: () => undefined, onLinkStream: () => undefined },
      log: silentLog,
    });
    await listener.close();
  });
});
