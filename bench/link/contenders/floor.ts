/**
 * The floor: protobuf messages, each behind its length, on a raw TLS socket; those of one turn of the event loop leave
 * in one write. Answers come in the order of the questions: there are no ids, deadlines, errors or credits.
 */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type Contender, checkLength } from '../contender.ts';
import { EchoRequestSchema, EchoResponseSchema } from '../gen/towline/bench/v1/echo_service_pb.ts';
import { LengthPrefixed } from '../length-prefixed.ts';
import { connectTls, listenTls } from '../tls.ts';

export const floor: Contender = {
  serve: (own) =>
    listenTls(own, (socket) => {
      const messages = new LengthPrefixed(socket, (bytes) => {
        const { payload } = fromBinary(EchoRequestSchema, bytes);
        messages.send(toBinary(EchoResponseSchema, create(EchoResponseSchema, { payload })));
      });
    }),
  async dial(address, own) {
    const waiting: ((length: number) => void)[] = [];
    let answered = 0;
    const messages = new LengthPrefixed(await connectTls(address, own), (bytes) => {
      const { payload } = fromBinary(EchoResponseSchema, bytes);
      waiting[answered++]?.(payload.length);
      if (answered < waiting.length) return;
      waiting.length = 0;
      answered = 0;
    });
    return {
      calls(payloadBytes) {
        const payload = new Uint8Array(payloadBytes).fill(1);
        return async () => {
          const answer = new Promise<number>((resolve) => waiting.push(resolve));
          messages.send(toBinary(EchoRequestSchema, create(EchoRequestSchema, { payload })));
          checkLength(await answer, payloadBytes);
        };
      },
    };
  },
};
