/** What the node has to say to one agent, in order, bounded. */
import type { AttachResponse } from '../../../gen/towline/v1/uplink_service_pb.ts';
import { AsyncQueue } from '../../base/async-queue.ts';
import { answerOf, type Body, weightOf } from './envelope.ts';
import { MAX_UNSENT_BYTES, PAUSE_BYTES } from './limits.ts';

export class Outbox {
  readonly #queue = new AsyncQueue<AttachResponse>();
  readonly #onFull: () => void;
  #bytes = 0;
  #room = Promise.withResolvers<void>();
  /** When something was said last, by `performance.now()`. */
  sentMs = performance.now();

  /** `onFull` is called when the agent has left too much unread. */
  constructor(onFull: () => void) {
    this.#onFull = onFull;
  }

  push(body: Body, requestId?: Uint8Array): void {
    if (this.#queue.ended) return;
    const response = answerOf(body, requestId);
    this.#queue.push(response);
    this.#bytes += weightOf(response);
    this.sentMs = performance.now();
    if (this.#bytes > MAX_UNSENT_BYTES) this.#onFull();
  }

  /** Resolves when the agent has read enough, or the line has ended. */
  async room(): Promise<void> {
    while (this.#bytes > PAUSE_BYTES && !this.#queue.ended) await this.#room.promise;
  }

  /** Forgets what is there: its reader is gone, or reads too slowly to be waited for. */
  drop(): void {
    while (this.#queue.takeNow());
    this.#bytes = 0;
  }

  /** What is there is still sent. */
  end(): void {
    this.#queue.end();
    this.#room.resolve();
  }

  fail(error: unknown): void {
    this.#queue.fail(error);
    this.#room.resolve();
  }

  async *messages(): AsyncGenerator<AttachResponse> {
    for await (const response of this.#queue) {
      this.#bytes -= weightOf(response);
      this.#room.resolve();
      this.#room = Promise.withResolvers<void>();
      yield response;
    }
  }
}
