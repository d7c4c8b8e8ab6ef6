import type { Transport } from '@connectrpc/connect';
import type { Answers } from './guard.ts';
import { mapStream } from './messages.ts';

/**
 * Gives a transport whose streams ignore `return()` (Connect's over HTTP) the promise that ours keep: who stops
 * reading cancels the call.
 */
export function cancelOnReturn(transport: Transport): Transport {
  return {
    unary: (...call) => transport.unary(...call),
    async stream(method, signal, timeoutMs, header, input, values) {
      const controller = new AbortController();
      const both = signal ? AbortSignal.any([signal, controller.signal]) : controller.signal;
      // Connect's input must have a `throw`, which few iterators have.
      const requests = mapStream(input, (item) => item);
      const response = await transport.stream(method, both, timeoutMs, header, requests, values);
      const answers = response.message[Symbol.asyncIterator]();
      const message = {
        next: () => answers.next(),
        async return() {
          controller.abort();
          return { done: true, value: undefined };
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      } satisfies Answers as unknown as typeof response.message;
      return { ...response, message };
    },
  };
}
