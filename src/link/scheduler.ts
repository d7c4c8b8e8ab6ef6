import type { Stream } from './stream.ts';

/**
 * Whose turn it is: every stream that has something to send sends one frame, then the next does. A small call waits
 * for at most one fragment of each other stream.
 */
export class Scheduler {
  readonly #ring: Stream[] = [];
  readonly #hasRoom: () => boolean;
  #isRunning = false;

  /** `hasRoom`: whether the carrier takes more. */
  constructor(hasRoom: () => boolean) {
    this.#hasRoom = hasRoom;
  }

  add(stream: Stream): void {
    if (!stream.isScheduled) {
      stream.isScheduled = true;
      this.#ring.push(stream);
    }
    this.run();
  }

  /** Gives turns for as long as the carrier has room. */
  run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      while (this.#ring.length > 0 && this.#hasRoom()) this.#turn(this.#ring.shift() as Stream);
    } finally {
      this.#isRunning = false;
    }
  }

  #turn(stream: Stream): void {
    stream.isScheduled = false;
    if (!stream.isReady) return; // canceled, or out of credit: a grant brings it back
    stream.sendNext();
    if (!stream.isReady) return;
    stream.isScheduled = true;
    this.#ring.push(stream);
  }
}
