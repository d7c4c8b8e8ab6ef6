/** Connect over HTTP/2 and TLS, as its documentation sets it up. */
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createClient } from '@connectrpc/connect';
import { connectNodeAdapter, createConnectTransport } from '@connectrpc/connect-node';
import { type Contender, mutualTls } from '../contender.ts';
import { counter, echo } from '../echo.ts';
import { EchoService } from '../gen/towline/bench/v1/echo_service_pb.ts';
import { generatedCaller } from '../generated-caller.ts';

export const connect: Contender = {
  async serve(own) {
    const adapter = connectNodeAdapter({
      interceptors: [counter()],
      routes: (router) => void router.service(EchoService, echo),
    });
    const server = createSecureServer(mutualTls(own), adapter);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
  async dial(address, own) {
    const transport = createConnectTransport({
      baseUrl: `https://${address}`,
      httpVersion: '2',
      nodeOptions: mutualTls(own),
      interceptors: [counter()],
    });
    return generatedCaller(createClient(EchoService, transport));
  },
};
