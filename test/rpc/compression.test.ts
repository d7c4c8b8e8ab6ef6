// Nothing is compressed (docs/decisions/0002): bombs are refused before anything is expanded.
import { createServer, request as httpRequest } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { toBinary } from '@bufbuild/protobuf';
import { Code, type Interceptor, type Transport } from '@connectrpc/connect';
import {
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from '@connectrpc/connect-node';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { createDialer } from '../../src/node/dial.ts';
import { createClient } from '../../src/rpc/client.ts';
import { createHttpHandler } from '../../src/rpc/http.ts';
import type { Principal } from '../../src/rpc/principal.ts';
import { ServiceRegistry } from '../../src/rpc/registry.ts';
import type { Identity } from '../../src/trust/identity.ts';
import { type Probe, ProbeSchema, ProbeService } from '../fixtures/probe.ts';
import { testNode } from '../link/support.ts';

const MIB = 1024 * 1024;
/** 512 MiB, in half of one. */
const bomb = gzipSync(Buffer.alloc(512 * MIB), { level: 9 });
/** Far less than a bomb needs to go off, far more than anything else here needs. */
const roomBytes = 256 * MIB;

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };

/** The door over HTTP/1.1 and HTTP/2, and what its handlers saw. */
async function door() {
  const seen: Probe[] = [];
  const registry = new ServiceRegistry().add(ProbeService, {
    echo: (probe) => {
      seen.push(probe);
      return { text: 'x'.repeat(MIB) };
    },
    async collect(probes) {
      for await (const probe of probes) seen.push(probe);
      return {};
    },
  });
  const handler = createHttpHandler(registry, () => owner);
  const listening = [createServer(handler), createHttp2Server(handler)].map(async (server) => {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => sockets.add(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  const [http1 = '', http2 = ''] = await Promise.all(listening);
  return { http1, http2, seen };
}

/** Compresses whatever it is given to the bomb. */
const bombing = { ...compressionGzip, compress: async () => new Uint8Array(bomb) };
const sending = { sendCompression: bombing, compressMinBytes: 0 };

const dialers: [string, (urls: { http1: string; http2: string }, interceptors?: Interceptor[]) => Transport][] = [
  ['Connect', ({ http1 }) => createConnectTransport({ baseUrl: http1, httpVersion: '1.1', ...sending })],
  ['Connect over HTTP/2', ({ http2 }) => createConnectTransport({ baseUrl: http2, httpVersion: '2', ...sending })],
  ['gRPC', ({ http2 }) => createGrpcTransport({ baseUrl: http2, ...sending })],
  ['gRPC-Web', ({ http1 }) => createGrpcWebTransport({ baseUrl: http1, httpVersion: '1.1', ...sending })],
];

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => (error as { code?: Code }).code,
  );

/** What the process grew by meanwhile. */
async function growth(act: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss();
  await act();
  return process.memoryUsage.rss() - before;
}

describe('a compressed request', () => {
  it.each(dialers)('of %s is refused and not expanded', async (_, dial) => {
    const { seen, ...urls } = await door();
    const client = createClient(ProbeService, dial(urls));
    const grown = await growth(async () => {
      expect(await codeOf(client.echo({ text: 'x' }))).toBe(Code.Unimplemented);
      expect(await codeOf(client.collect(probes()))).toBe(Code.Unimplemented);
    });
    expect(seen).toEqual([]);
    expect(grown).toBeLessThan(roomBytes);
  });
});

async function* probes() {
  yield { text: 'x' };
}

describe('an answer', () => {
  it('is sent as it is, whatever encodings the client takes', async () => {
    const { http1 } = await door();
    const response = await new Promise<{ encoding: unknown; bytes: number }>((resolve, reject) => {
      const headers = { 'content-type': 'application/proto', 'accept-encoding': 'gzip, br' };
      const asked = httpRequest(`${http1}/towline.test.ProbeService/Echo`, { method: 'POST', headers }, (answer) => {
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => (bytes += chunk.length));
        answer.on('end', () => resolve({ encoding: answer.headers['content-encoding'], bytes }));
      });
      asked.on('error', reject);
      asked.end(
        toBinary(ProbeSchema, { $typeName: 'towline.test.Probe', text: 'x', data: new Uint8Array(), count: 0 }),
      );
    });
    expect(response.encoding).toBeUndefined();
    expect(response.bytes).toBeGreaterThan(MIB);
  });
});

describe('an inviter that answers a join', () => {
  /** The port of somebody whose key is right and whose answers are not. */
  async function inviter(headers: Record<string, string>, body: Buffer) {
    const node = testNode();
    const http2 = createHttp2Server();
    http2.on('stream', (stream) => {
      stream.on('error', () => undefined);
      stream.respond({ ':status': 200, 'content-type': 'application/proto', ...headers });
      stream.end(body);
    });
    const server = createTlsServer({
      ...(await node.tls()),
      requestCert: true,
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
    });
    server.on('secureConnection', (socket) => void http2.emit('connection', socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => server.close());
    return { nodeId: node.nodeId, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  it.each([
    ['with a bomb is not believed', { 'content-encoding': 'gzip' }, bomb, Code.Internal],
    ['without end is cut off', {}, Buffer.alloc(8 * MIB), Code.ResourceExhausted],
  ])('%s', async (_, headers, body, code) => {
    const { nodeId, address } = await inviter(headers, body);
    const joiner = testNode();
    const dialer = createDialer({
      identity: joiner as unknown as Identity,
      tls: await joiner.tls(),
      hello: () => ({ instanceId: joiner.instanceId, software: 'test/1' }),
      addressesOf: () => [],
      locate: async () => [],
      hubs: () => [],
      dialThrough: () => Promise.reject(new Error('there is no hub')),
      succession: { own: () => [], follow: async () => undefined },
      log: silentLog,
    });
    const grown = await growth(async () => {
      await using client = await dialer.joinClientAt(nodeId, address);
      expect(await codeOf(client.redeem({}))).toBe(code);
    });
    expect(grown).toBeLessThan(roomBytes);
  });
});
