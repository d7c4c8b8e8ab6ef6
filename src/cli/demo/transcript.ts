/** What the demo says while it runs: numbered steps, what was seen, and how long each took. */

import type { Style } from '../render/style.ts';
import { durationText } from '../render/time.ts';

/** A step that went as it should. */
export interface StepRecord {
  readonly title: string;
  readonly ms: number;
}

/** Says one thing that was seen, below the step's title. */
export type Say = (detail: string) => void;

export class Transcript {
  readonly steps: StepRecord[] = [];
  readonly #style: Style;
  readonly #write: (line: string) => void;

  /** `write` takes one line; colours are the style's matter. */
  constructor(style: Style, write: (line: string) => void) {
    this.#style = style;
    this.#write = write;
  }

  /** Runs one step. What it throws ends the demo: a step that cannot verify its result has not succeeded. */
  async step<Result>(title: string, run: (say: Say) => Promise<Result>): Promise<Result> {
    const number = String(this.steps.length + 1).padStart(2);
    this.#write(`\n${this.#style.accent(number)}  ${this.#style.bold(title)}`);
    const start = performance.now();
    try {
      const result = await run((detail) => this.#write(`      ${detail}`));
      this.#done(title, performance.now() - start);
      return result;
    } catch (error) {
      this.#write(`      ${this.#style.bad('✗ this step failed')}`);
      throw error;
    }
  }

  /** A line of its own, between steps. */
  line(text: string): void {
    this.#write(text);
  }

  #done(title: string, ms: number): void {
    this.steps.push({ title, ms: Math.round(ms) });
    this.#write(`      ${this.#style.good('✓')} ${this.#style.dim(shortTime(ms))}`);
  }
}

/** Milliseconds below a second, else seconds with a tenth. */
export function shortTime(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : durationText(ms);
}
