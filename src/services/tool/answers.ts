import type { CallToolResponse } from '../../../gen/towline/v1/tool_service_pb.ts';

/** The most that kept answers may weigh together. An answer that is dropped is "outcome unknown" to a retry. */
const maxBytes = 64 * 1024 * 1024;
const maxAnswers = 100_000;

interface Kept {
  readonly answer: CallToolResponse;
  readonly bytes: number;
  readonly timeMs: number;
}

/** The newest answers, bounded in number, weight and age. */
export class AnswerCache {
  readonly #kept = new Map<string, Kept>();
  readonly #maxAgeMs: number;
  #bytes = 0;

  constructor(maxAgeMs: number) {
    this.#maxAgeMs = maxAgeMs;
  }

  put(key: string, answer: CallToolResponse): void {
    const bytes = key.length + (answer.event.case === 'result' ? 2 * answer.event.value.resultJson.length : 0);
    this.#kept.set(key, { answer, bytes, timeMs: Date.now() });
    this.#bytes += bytes;
    this.#trim();
  }

  get(key: string): CallToolResponse | undefined {
    return this.#kept.get(key)?.answer;
  }

  /** Answers are in the order of their age: the oldest go first. */
  #trim(): void {
    for (const [key, { bytes, timeMs }] of this.#kept) {
      const fits = this.#bytes <= maxBytes && this.#kept.size <= maxAnswers;
      if (fits && Date.now() - timeMs <= this.#maxAgeMs) return;
      this.#kept.delete(key);
      this.#bytes -= bytes;
    }
  }
}
