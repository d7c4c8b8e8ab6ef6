import type { StreamEvents, StreamStatus } from './link.ts';

/**
 * Keeps what happens on a call that nobody has taken yet. Bounded by the credit of the stream: what is not consumed
 * is not followed by more.
 */
export class EarlyEvents implements StreamEvents {
  readonly #events: ((to: StreamEvents) => void)[] = [];

  onMessage(data: Uint8Array): void {
    this.#events.push((to) => to.onMessage(data));
  }

  onHalfClose(): void {
    this.#events.push((to) => to.onHalfClose?.());
  }

  onEnd(status: StreamStatus): void {
    this.#events.push((to) => to.onEnd(status));
  }

  /** Tells it all, in order. */
  replay(to: StreamEvents): void {
    for (const tell of this.#events.splice(0)) tell(to);
  }
}
