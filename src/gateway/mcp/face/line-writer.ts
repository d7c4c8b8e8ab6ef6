/** Writes messages as lines, and tells writers to wait when the reader is slower. */
import type { Writable } from 'node:stream';
import { oneLine } from '../wire.ts';

export class LineWriter {
  readonly #output: Writable;
  #drained: Promise<void> | undefined;
  #isBroken = false;

  constructor(output: Writable) {
    this.#output = output;
    const broken = () => {
      this.#isBroken = true;
      output.emit('drain');
    };
    output.on('error', broken).on('close', broken);
  }

  /** A promise if the output is full now: write no more until it resolves. It resolves, too, when nobody reads. */
  write(message: string): Promise<void> | undefined {
    if (this.#isBroken) return undefined;
    if (!this.#output.write(`${oneLine(message)}\n`)) this.#drained ??= this.#untilDrained();
    return this.#drained;
  }

  /** Resolves when there is room. */
  get room(): Promise<void> | undefined {
    return this.#drained;
  }

  async #untilDrained(): Promise<void> {
    await new Promise<void>((resolve) => this.#output.once('drain', () => resolve()));
    this.#drained = undefined;
  }
}
