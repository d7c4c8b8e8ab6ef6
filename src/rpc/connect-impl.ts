/**
 * Handlers for Connect's HTTP server. When a caller goes away, that server aborts the handler's signal and no more: a
 * handler that waits for the next request would wait for ever, and a generator that waits at a `yield` would never run
 * its `finally`. Here both end, as they do on a link.
 */
import type { Message } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type { Answers, GuardedImpl, Messages } from './guard.ts';
import { letGo } from './messages.ts';

/** The handler as `ConnectRouter.rpc` takes it. */
export function connectImpl(impl: GuardedImpl) {
  switch (impl.kind) {
    case 'unary':
      return impl.call;
    case 'client_streaming':
      return (requests: Messages, context: HandlerContext) => impl.call(untilAbort(requests, context.signal), context);
    case 'server_streaming':
      return (request: Message, context: HandlerContext) => endOnAbort(impl.call(request, context), context.signal);
    case 'bidi_streaming':
      return (requests: Messages, context: HandlerContext) =>
        endOnAbort(impl.call(untilAbort(requests, context.signal), context), context.signal);
  }
}

function endOnAbort(answers: Answers, signal: AbortSignal): Answers {
  signal.addEventListener('abort', () => letGo(answers), { once: true });
  return answers;
}

/** The same requests, until the signal aborts: then its reason. */
function untilAbort(requests: Messages, signal: AbortSignal): Answers {
  const items = requests[Symbol.asyncIterator]();
  let waiting: PromiseWithResolvers<IteratorResult<Message>> | undefined;
  signal.addEventListener('abort', () => waiting?.reject(signal.reason), { once: true });
  return {
    next() {
      if (signal.aborted) return Promise.reject(signal.reason);
      waiting = Promise.withResolvers();
      items.next().then(waiting.resolve, waiting.reject);
      return waiting.promise;
    },
    async return() {
      await items.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
