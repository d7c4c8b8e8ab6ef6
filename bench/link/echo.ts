/** The service that is called, for everybody who speaks Connect. */
import { create } from '@bufbuild/protobuf';
import type { Interceptor, ServiceImpl } from '@connectrpc/connect';
import { type EchoService, StreamResponseSchema } from './gen/towline/bench/v1/echo_service_pb.ts';

export const echo: ServiceImpl<typeof EchoService> = {
  echo: ({ payload }) => ({ payload }),
  async *stream({ count, payloadBytes }) {
    const message = create(StreamResponseSchema, { payload: new Uint8Array(payloadBytes) });
    for (let sent = 0; sent < count; sent++) yield message;
  },
};

/** What interceptors have seen in this process. */
export const seen = { calls: 0 };

/** Costs what any interceptor costs, and no more. One is on at each end. */
export function counter(): Interceptor {
  return (next) => (request) => {
    seen.calls++;
    return next(request);
  };
}
