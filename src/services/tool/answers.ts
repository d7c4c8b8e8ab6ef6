import type { CallToolResponse } from '../../../gen/towline/v1/tool_service_pb.ts';

/** The most that kept answers may weigh together. An answer that is dropped is "outcome unknown" to a retry. */
const maxBytes = 64 * 1024 * 1024;
const maxAnswers = 100_000;

/** How a call ended: with its result, or with the error that its askers got. */
export type Outcome = { readonly result: CallToolResponse } | { readonly error: unknown };

interface Kept {
  /** Of the request. */
  readonly digest: string;
  readonly outcome: Outcome;
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

  put(key: string, digest: string, outcome: Outcome): void {
    const bytes = key.length + digest.length + weightOf(outcome);
    this.#kept.set(key, { digest, outcome, bytes, timeMs: Date.now() });
    this.#bytes += bytes;
    this.#trim();
  }

  get(key: string): Pick<Kept, 'digest' | 'outcome'> | undefined {
    return this.#kept.get(key);
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

/** An error holds a message, details and a stack: some kilobytes. */
const errorBytes = 4 * 1024;

function weightOf(outcome: Outcome): number {
  if ('error' in outcome) return errorBytes;
  const { event } = outcome.result;
  return event.case === 'result' ? 2 * event.value.resultJson.length : 0;
}
