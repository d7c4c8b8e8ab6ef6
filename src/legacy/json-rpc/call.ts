/** One call of a method, on behalf of somebody: JSON text in, JSON text out, by the in-process transport. */
import type { DescMethod, DescMethodStreaming, DescMethodUnary, Message } from '@bufbuild/protobuf';
import { Code, ConnectError, type Transport } from '@connectrpc/connect';
import type { Cancellation } from '../../base/cancellation.ts';
import { failure } from '../../rpc/failure.ts';
import { once } from '../../rpc/messages.ts';
import type { Principal } from '../../rpc/principal.ts';
import type { Desk } from './desk.ts';
import { MAX_COLLECTED, MAX_COLLECTED_CHARS } from './limits.ts';
import { readMessage, writeMessage } from './messages.ts';
import type { RpcCall, RpcError } from './wire.ts';

/** How a call ended. Texts are exact JSON. */
export type Outcome =
  | {
      readonly result: string;
      /** Called when the answer has been sent. */
      readonly afterwards?: () => void;
    }
  | { readonly error: RpcError };

/** Who calls, and how long it waits. */
export interface Caller {
  readonly principal: Principal;
  /** To the services of this node, on behalf of the principal. */
  readonly transport: Transport;
  /** Comes when nobody wants the answer any more. Its reason is a `ConnectError`. */
  readonly cancellation: Cancellation;
  /** Headers that go on with the call: the trace that it belongs to. */
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** How long the caller waits, in milliseconds; forever if absent. */
  readonly timeoutMs: number | undefined;
}

/** The answer as JSON. Throws what the call throws, perhaps at once. */
export function callUnary(desk: Desk, method: DescMethodUnary, call: RpcCall, caller: Caller): Promise<string> {
  const { answer, cancel } = desk.start(method, readMessage(method.input, call.params), caller);
  caller.cancellation.onCancel((reason) => cancel(ConnectError.from(reason)));
  return answer.then((message) => writeMessage(method.output, message));
}

/** Opens a stream. Throws at once if `params` are no message. */
export async function openStream(
  method: DescMethodStreaming,
  requests: AsyncIterable<Message>,
  caller: Caller,
): Promise<AsyncIterator<Message>> {
  const { transport, cancellation, timeoutMs, headers } = caller;
  const { message } = await transport.stream(method, cancellation.signal, timeoutMs, headers, requests);
  return message[Symbol.asyncIterator]();
}

/** The values of a server stream as one array. Throws `STREAM_TOO_LONG` where it does not fit into one answer. */
export async function collect(method: DescMethodStreaming, call: RpcCall, caller: Caller): Promise<string> {
  const answers = await openStream(method, once(readMessage(method.input, call.params)), caller);
  const texts: string[] = [];
  let chars = 0;
  for (let next = await answers.next(); !next.done; next = await answers.next()) {
    const text = writeMessage(method.output, next.value);
    chars += text.length;
    if (texts.length >= MAX_COLLECTED || chars > MAX_COLLECTED_CHARS) {
      await answers.return?.();
      throw tooLong(texts.length);
    }
    texts.push(text);
  }
  return `[${texts.join(',')}]`;
}

/** `STREAM_NEEDS_WEBSOCKET`, for methods whose requests are a stream. */
export function needsWebSocket(method: DescMethod) {
  return failure(Code.Unimplemented, 'STREAM_NEEDS_WEBSOCKET', `${method.name} takes a stream of requests`, {
    help: 'open a WebSocket at the same path',
    permanent: true,
  });
}

function tooLong(count: number) {
  return failure(Code.ResourceExhausted, 'STREAM_TOO_LONG', 'the stream does not fit into one answer', {
    metadata: { values: String(count) },
    help: 'ask for application/x-ndjson, or open a WebSocket',
    permanent: true,
  });
}
