import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Code, ConnectError, type Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { afterEach, describe, expect, it } from 'vitest';
import { createClient } from '../../src/rpc/client.ts';
import { errorInfoOf, failure } from '../../src/rpc/failure.ts';
import { createHttpHandler, type HttpOptions, type ResolvePrincipal } from '../../src/rpc/http.ts';
import { ServiceRegistry } from '../../src/rpc/registry.ts';
import { OtherService, ProbeService } from '../fixtures/probe.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Serves by HTTP/1.1 on a free port. */
async function serve(registry: ServiceRegistry, resolve: ResolvePrincipal, options?: HttpOptions): Promise<string> {
  const server = createServer(createHttpHandler(registry, resolve, options));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closers.push(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const registry = () => new ServiceRegistry().add(ProbeService, { echo: ({ text }) => ({ text }) });
const owner: ResolvePrincipal = () => ({ kind: 'owner', name: 'owner', groups: new Set() });
const revoked: ResolvePrincipal = async () => {
  throw failure(Code.Unauthenticated, 'TOKEN_REVOKED', 'the token was revoked');
};

const transports: [string, (baseUrl: string) => Transport][] = [
  ['Connect', (baseUrl) => createConnectTransport({ baseUrl, httpVersion: '1.1' })],
  ['Connect with JSON', (baseUrl) => createConnectTransport({ baseUrl, httpVersion: '1.1', useBinaryFormat: false })],
  ['gRPC-Web', (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: '1.1' })],
];

describe('the HTTP door', () => {
  it.each(transports)('answers %s over HTTP/1.1', async (_, dial) => {
    const baseUrl = await serve(registry(), owner);
    expect(await createClient(ProbeService, dial(baseUrl)).echo({ text: 'hi' })).toMatchObject({ text: 'hi' });
  });

  it.each(transports)('refuses in the words of %s whoever shows something false', async (_, dial) => {
    const client = createClient(ProbeService, dial(await serve(registry(), revoked)));
    const error = await client.echo({}).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({ code: Code.Unauthenticated, rawMessage: 'the token was revoked' });
    expect(errorInfoOf(error)?.reason).toBe('TOKEN_REVOKED');
  });

  it('says nothing of its own faults when a caller cannot be identified', async () => {
    const baseUrl = await serve(registry(), () => {
      throw new Error('secret path');
    });
    const client = createClient(ProbeService, createConnectTransport({ baseUrl, httpVersion: '1.1' }));
    const error = await client.echo({}).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: Code.Internal, rawMessage: 'the caller could not be identified' });
  });

  it('answers plain JSON, as curl sends it', async () => {
    const baseUrl = await serve(registry(), owner);
    const response = await fetch(`${baseUrl}/towline.test.ProbeService/Echo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"text":"curl"}',
    });
    expect(await response.json()).toEqual({ text: 'curl' });
  });

  it('leaves other paths to others, or says 404, and asks nobody who they are', async () => {
    const baseUrl = await serve(registry(), revoked, { fallback: (_, response) => response.end('the console') });
    expect(await (await fetch(`${baseUrl}/index.html`)).text()).toBe('the console');
    expect((await fetch(`${await serve(registry(), revoked)}/index.html`)).status).toBe(404);
  });

  it('knows services that are added later, and forgets those that are removed', async () => {
    const services = registry();
    const baseUrl = await serve(services, owner);
    const transport = createConnectTransport({ baseUrl, httpVersion: '1.1' });
    await createClient(ProbeService, transport).echo({});
    services.add(OtherService, { echo: () => ({ text: 'late' }) }).remove(ProbeService);
    expect(await createClient(OtherService, transport).echo({})).toMatchObject({ text: 'late' });
    const error = await createClient(ProbeService, transport)
      .echo({})
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: Code.Unimplemented });
  });

  describe('blames its caller for bytes that are no message', () => {
    const bytes = { 'a string that is no UTF-8': [0x0a, 2, 0xff, 0xfe], 'a field that is cut': [0x0a, 9, 0x61] };
    const requests = Object.entries(bytes).map(([what, each]) => [what, Uint8Array.from(each)] as const);
    const post = (url: string, type: string, body: Uint8Array) =>
      fetch(`${url}/towline.test.ProbeService/Echo`, { method: 'POST', headers: { 'content-type': type }, body });

    it.each(requests)('by Connect: %s', async (_, body) => {
      const response = await post(await serve(registry(), owner), 'application/proto', body);
      expect(response.status).toBe(400);
      const answer = await response.text();
      expect(JSON.parse(answer)).toMatchObject({
        code: 'invalid_argument',
        details: [{ type: 'towline.v1.ErrorInfo' }],
      });
      expect(answer).toContain('the request is not a towline.test.Probe');
    });

    it.each(requests)('by gRPC-Web: %s', async (_, body) => {
      const envelope = Uint8Array.of(0, 0, 0, 0, body.length, ...body);
      const response = await post(await serve(registry(), owner), 'application/grpc-web+proto', envelope);
      expect(await response.text()).toContain(`grpc-status: ${Code.InvalidArgument}`);
    });

    it('and takes the fault itself where it is its own', async () => {
      const faulty = new ServiceRegistry().add(ProbeService, {
        echo: () => {
          throw new Error('parse binary: a fault of ours');
        },
      });
      const response = await post(await serve(faulty, owner), 'application/proto', new Uint8Array());
      expect(response.status).toBe(500);
    });
  });
});
