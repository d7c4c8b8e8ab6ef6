/** One step on the way to a carrier: takes `CONNECT_MS` at most, can be given up, leaves nothing behind if it fails. */
import type { Duplex } from 'node:stream';
import { LocalError, messageOf } from '../../base/errors.ts';
import { CONNECT_MS } from '../limits.ts';

export interface StepOptions {
  readonly signal?: AbortSignal | undefined;
  /** Lets go of what was begun. */
  readonly abandon: () => void;
  /** Makes the error of a step that failed. */
  readonly failure: (why: string, cause: unknown) => LocalError;
}

/** How a step ends: the first word counts. */
export interface StepEnds<T> {
  readonly done: (value: T) => void;
  readonly fail: (error: unknown) => void;
}

/** Takes the step that `begin` begins. */
export async function takeStep<T>(options: StepOptions, begin: (ends: StepEnds<T>) => void): Promise<T> {
  const { signal, abandon, failure } = options;
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  let isOver = false;
  const fail = (why: string, cause: unknown) => {
    if (isOver) return;
    isOver = true;
    abandon();
    reject(failure(why, cause));
  };
  const done = (value: T) => {
    isOver = true;
    resolve(value);
  };
  const timer = setTimeout(() => fail(`no answer in ${CONNECT_MS / 1_000} s`, undefined), CONNECT_MS);
  const onAbort = () => fail('given up', signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  begin({ done, fail: (error) => fail(messageOf(error), error) });
  if (signal?.aborted) onAbort();
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Fails a step when its stream does. Later errors end the stream too: Node leaves a TLS socket open after them. */
export function failWith(stream: Duplex, fail: (error: unknown) => void): void {
  stream.on('error', (error) => {
    fail(error);
    stream.destroy();
  });
  stream.once('close', () => fail(new Error('the connection was closed')));
}

/** The error of a dial that found nobody. */
export function unreachable(address: string): StepOptions['failure'] {
  return (why, cause) =>
    new LocalError('LINK_UNREACHABLE', `${address} cannot be reached: ${why}`, {
      help: 'see that the node runs there and that this machine may reach its port',
      metadata: { address },
      cause,
    });
}
