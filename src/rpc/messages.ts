/** Messages and streams of messages, as handlers and clients give them. */
import { create, type DescMessage, isMessage, type MessageInitShape, type MessageShape } from '@bufbuild/protobuf';
import { Code, type ConnectError } from '@connectrpc/connect';
import { failure } from './failure.ts';

/** A message as it may be written down: whole, or as its parts. */
export type Init = MessageInitShape<DescMessage>;

/** The message itself; one is made only where parts were given. */
export function asMessage<S extends DescMessage>(schema: S, init: MessageInitShape<S>): MessageShape<S> {
  return isMessage(init, schema) ? init : create(schema, init);
}

/** Changes each item of a stream. Stopping the result stops the source. */
export function mapStream<A, B>(
  source: AsyncIterable<A>,
  change: (item: A) => B | Promise<B>,
): AsyncIterableIterator<B> {
  const items = source[Symbol.asyncIterator]();
  return {
    async next() {
      const { done, value } = await items.next();
      return done ? { done, value: undefined } : { done: false, value: await change(value) };
    },
    async return() {
      await items.return?.();
      return { done: true, value: undefined };
    },
    // Connect's HTTP transports insist on it.
    async throw(error) {
      await items.return?.();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** A stream of one item. */
export async function* once<T>(item: T | Promise<T>): AsyncGenerator<T> {
  yield await item;
}

/** The one message of a request or response stream that may have only one. Reads to the end: trailers come there. */
export async function onlyMessage<T>(stream: AsyncIterable<T>): Promise<T> {
  const items = stream[Symbol.asyncIterator]();
  const first = await items.next();
  if (first.done) throw missingMessage();
  const second = await items.next();
  if (second.done) return first.value;
  await items.return?.();
  throw extraMessage();
}

/** A call that takes one message got more. */
export function extraMessage(): ConnectError {
  return failure(Code.Unimplemented, 'MESSAGE_EXTRA', 'the call takes one message and got more');
}

/** A call that needs one message came or ended without it. */
export function missingMessage(): ConnectError {
  return failure(Code.Unimplemented, 'MESSAGE_MISSING', 'the call needs one message and got none');
}

/** Tells a reader's or writer's source that nobody wants more. What it throws while it tidies up concerns nobody. */
export function letGo(items: AsyncIterator<unknown>): void {
  items.return?.()?.catch(() => undefined);
}
