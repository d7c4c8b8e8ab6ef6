/** `@grpc/grpc-js`, through nice-grpc at both ends, with a middleware on each. */
import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { ServerCredentials } from '@grpc/grpc-js';
import { ChannelCredentials, createChannel, createClientFactory, createServer } from 'nice-grpc';
import { type Contender, checkLength } from '../contender.ts';
import { seen } from '../echo.ts';
import {
  type EchoRequest,
  EchoRequestSchema,
  EchoResponseSchema,
  EchoService,
} from '../gen/towline/bench/v1/echo_service_pb.ts';

/** What generators for nice-grpc write, made from the generated messages of protobuf-es. */
const definition = {
  echo: {
    path: `/${EchoService.typeName}/${EchoService.method.echo.name}`,
    requestStream: false,
    responseStream: false,
    ...codec('request', EchoRequestSchema),
    ...codec('response', EchoResponseSchema),
    options: {},
  },
} as const;

function codec<K extends 'request' | 'response', S extends DescMessage>(kind: K, schema: S) {
  return {
    [`${kind}Serialize`]: (message: MessageShape<S>) => toBinary(schema, message),
    [`${kind}Deserialize`]: (bytes: Uint8Array) => fromBinary(schema, bytes),
  } as Record<`${K}Serialize`, (message: MessageShape<S>) => Uint8Array> &
    Record<`${K}Deserialize`, (bytes: Uint8Array) => MessageShape<S>>;
}

export const grpc: Contender = {
  async serve({ key, cert, peerCert }) {
    const server = createServer().use((call, context) => {
      seen.calls++;
      return call.next(call.request, context);
    });
    server.add(definition, {
      echo: async ({ payload }: EchoRequest) => create(EchoResponseSchema, { payload }),
    });
    const pair = { private_key: Buffer.from(key), cert_chain: Buffer.from(cert) };
    const port = await server.listen('127.0.0.1:0', ServerCredentials.createSsl(Buffer.from(peerCert), [pair], true));
    return `127.0.0.1:${port}`;
  },
  async dial(address, { key, cert, peerCert }) {
    const credentials = ChannelCredentials.createSsl(Buffer.from(peerCert), Buffer.from(key), Buffer.from(cert), {
      checkServerIdentity: () => undefined,
    });
    const factory = createClientFactory().use((call, options) => {
      seen.calls++;
      return call.next(call.request, options);
    });
    const client = factory.create(definition, createChannel(address, credentials));
    return {
      calls(payloadBytes) {
        const payload = new Uint8Array(payloadBytes).fill(1);
        return async () => {
          const answer = await client.echo(create(EchoRequestSchema, { payload }));
          checkLength(answer.payload.length, payloadBytes);
        };
      },
    };
  },
};
