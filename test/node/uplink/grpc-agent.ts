/** An agent that speaks gRPC by an independent library: it offers one tool, and answers its calls. */
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { createChannel, createClient, Metadata } from 'nice-grpc';
import type { UplinkEnvelope, UplinkEnvelopeSchema } from '../../../gen/towline/v1/uplink_pb.ts';
import {
  type AttachRequest,
  AttachRequestSchema,
  type AttachResponse,
  AttachResponseSchema,
} from '../../../gen/towline/v1/uplink_service_pb.ts';
import { AsyncQueue } from '../../../src/base/async-queue.ts';

type Body = NonNullable<MessageInitShape<typeof UplinkEnvelopeSchema>['body']>;

/** What generators for nice-grpc write. */
const definition = {
  attach: {
    path: '/towline.v1.UplinkService/Attach',
    requestStream: true,
    responseStream: true,
    requestSerialize: (value: AttachRequest) => toBinary(AttachRequestSchema, value),
    requestDeserialize: (bytes: Uint8Array) => fromBinary(AttachRequestSchema, bytes),
    responseSerialize: (value: AttachResponse) => toBinary(AttachResponseSchema, value),
    responseDeserialize: (bytes: Uint8Array) => fromBinary(AttachResponseSchema, bytes),
    options: {},
  },
} as const;

/** Attaches to `host` (HOST:PORT) as `worker`, with a tool `greet` that answers `text`. */
export function attachByGrpc(host: string, token: string, text: string) {
  const channel = createChannel(host);
  const requests = new AsyncQueue<AttachRequest>();
  const say = (body: Body, requestId: Uint8Array = new Uint8Array()) =>
    requests.push(create(AttachRequestSchema, { envelope: { requestId, body } }));
  say({ case: 'identity', value: { agent: 'worker', version: 1 } });
  say({ case: 'tools', value: { definitionsJson: ['{"name":"greet","inputSchema":{"type":"object"}}'] } });
  const resultJson = JSON.stringify({ content: [{ type: 'text', text }] });
  const attached = Promise.withResolvers<UplinkEnvelope['body']>();
  const read = async () => {
    const metadata = Metadata({ authorization: `Bearer ${token}` });
    for await (const { envelope } of createClient(definition, channel).attach(requests, { metadata })) {
      if (envelope?.body.case === 'identityAck') attached.resolve(envelope.body);
      if (envelope?.body.case === 'toolCall') say({ case: 'toolResult', value: { resultJson } }, envelope.requestId);
    }
  };
  const ended = read();
  ended.catch(attached.reject);
  return {
    attached: attached.promise,
    async [Symbol.asyncDispose](): Promise<void> {
      requests.end();
      await ended;
      channel.close();
    },
  };
}
