import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Interceptor, Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node';
import { createHttpHandler } from '../../src/rpc/http.ts';
import { type OpenTransport, testTransport } from '../compliance/transport.ts';

/** Serves the registry by HTTP/2 in clear on a free port. */
function overHttp2(dial: (baseUrl: string, interceptors: Interceptor[]) => Transport): OpenTransport {
  return async (registry, principal, interceptors) => {
    const server = createServer(createHttpHandler(registry, () => principal));
    const sessions = new Set<ServerHttp2Session>();
    server.on('session', (session) => sessions.add(session));
    const baseUrl = await listen(server);
    const close = async () => {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    };
    return { transport: dial(baseUrl, interceptors), close };
  };
}

async function listen(server: Http2Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

testTransport(
  'Connect over HTTP/2',
  overHttp2((baseUrl, interceptors) => createConnectTransport({ baseUrl, httpVersion: '2', interceptors })),
);

testTransport(
  'gRPC over HTTP/2',
  overHttp2((baseUrl, interceptors) => createGrpcTransport({ baseUrl, interceptors })),
);
