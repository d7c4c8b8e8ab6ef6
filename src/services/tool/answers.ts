import { create } from '@bufbuild/protobuf';
import { type CallToolResponse, CallToolResponseSchema } from '../../../gen/towline/v1/tool_service_pb.ts';

/** The most that kept answers may weigh together. An answer that is dropped is "outcome unknown" to a retry. */
const maxBytes = 64 * 1024 * 1024;
const maxAnswers = 100_000;

/** An error holds a message, details and a stack: some kilobytes. */
const errorBytes = 4 * 1024;

/** How a call ended: with its result, or with the error that its askers got. */
export type Outcome = { readonly result: CallToolResponse } | { readonly error: unknown };

/** Nothing but texts and numbers where it can be: a hundred thousand of these are a burden for the garbage collector. */
interface Kept {
  /** Of the request. */
  readonly digest: string;
  /** Of a clock that nobody sets. */
  readonly timeMs: number;
  readonly resultJson: string;
  readonly isError: boolean;
  /** Instead of a result. */
  readonly error: unknown;
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
    const kept = keptOf(digest, outcome);
    this.#kept.set(key, kept);
    this.#bytes += weightOf(key, kept);
    this.#trim();
  }

  get(key: string): { readonly digest: string; readonly outcome: Outcome } | undefined {
    const kept = this.#kept.get(key);
    return kept && { digest: kept.digest, outcome: outcomeOf(kept) };
  }

  /** Answers are in the order of their age: the oldest go first. */
  #trim(): void {
    for (const [key, kept] of this.#kept) {
      const fits = this.#bytes <= maxBytes && this.#kept.size <= maxAnswers;
      if (fits && performance.now() - kept.timeMs <= this.#maxAgeMs) return;
      this.#kept.delete(key);
      this.#bytes -= weightOf(key, kept);
    }
  }
}

function keptOf(digest: string, outcome: Outcome): Kept {
  const { event } = 'result' in outcome ? outcome.result : { event: undefined };
  const { resultJson, isError } = event?.case === 'result' ? event.value : { resultJson: '', isError: false };
  return {
    digest,
    timeMs: performance.now(),
    resultJson,
    isError,
    error: 'error' in outcome ? outcome.error : undefined,
  };
}

function outcomeOf({ resultJson, isError, error }: Kept): Outcome {
  if (error !== undefined) return { error };
  return { result: create(CallToolResponseSchema, { event: { case: 'result', value: { resultJson, isError } } }) };
}

function weightOf(key: string, { digest, resultJson, error }: Kept): number {
  return key.length + digest.length + 2 * resultJson.length + (error === undefined ? 0 : errorBytes);
}
