import { type LocalError, messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Closers } from './closers.ts';

/** The end of a node: whoever asks for it, it ends once. */
export class Ending {
  readonly #closers: Closers;
  readonly #log: Log;
  readonly #ended = Promise.withResolvers<void>();
  #fault: LocalError | undefined;

  constructor(closers: Closers, log: Log) {
    this.#closers = closers;
    this.#log = log;
    this.closed.catch(() => undefined); // whoever waits for the end hears of it
  }

  /** Resolves when the node has ended. Rejects if it could not go on. */
  get closed(): Promise<void> {
    return this.#ended.promise;
  }

  async stop(): Promise<void> {
    try {
      await this.#closers.close();
    } finally {
      if (this.#fault) this.#ended.reject(this.#fault);
      else this.#ended.resolve();
    }
  }

  /** Ends once the answer under way has left; with `fault` where the node cannot go on. */
  stopSoon(fault?: LocalError): void {
    this.#fault ??= fault;
    setImmediate(() =>
      this.stop().catch((error: unknown) => this.#log.error('ended with a failure', { error: messageOf(error) })),
    );
  }
}
