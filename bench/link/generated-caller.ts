import { create } from '@bufbuild/protobuf';
import type { Client } from '@connectrpc/connect';
import { type Caller, checkLength } from './contender.ts';
import { EchoRequestSchema, type EchoService } from './gen/towline/bench/v1/echo_service_pb.ts';

/** Calls through a generated client, whatever its transport. */
export function generatedCaller(client: Client<typeof EchoService>): Caller {
  return {
    calls(payloadBytes) {
      const payload = new Uint8Array(payloadBytes).fill(1);
      return async () => {
        const answer = await client.echo(create(EchoRequestSchema, { payload }));
        checkLength(answer.payload.length, payloadBytes);
      };
    },
    async read(payloadBytes, count) {
      let messages = 0;
      for await (const { payload } of client.stream({ payloadBytes, count })) {
        checkLength(payload.length, payloadBytes);
        messages++;
      }
      if (messages !== count) throw new Error(`a stream of ${messages} messages, not ${count}`);
    },
  };
}
