import type { Message } from '@bufbuild/protobuf';
import type { Answers } from './guard.ts';
import type { Retries } from './retries.ts';

/** Makes the call, given what is left of its deadline. */
export type BeginAnswers = (leftMs: number | undefined) => Promise<AsyncIterator<Message>>;

/** The answers of a call that is made again as long as none has come. */
export class RetriedAnswers implements Answers {
  readonly #retries: Retries;
  readonly #begin: BeginAnswers;
  #answers: AsyncIterator<Message> | undefined;
  #hasAnswer = false;

  /** `answers`: of the first attempt, if it has begun. */
  constructor(retries: Retries, begin: BeginAnswers, answers?: AsyncIterator<Message>) {
    this.#retries = retries;
    this.#begin = begin;
    this.#answers = answers;
  }

  /** Resolves when an attempt has got so far that there are answers to read, or headers. */
  async open(): Promise<AsyncIterator<Message>> {
    this.#answers = await this.#retries.run(this.#begin);
    return this.#answers;
  }

  async next(): Promise<IteratorResult<Message>> {
    for (;;) {
      const answers = this.#answers ?? (await this.open());
      try {
        const result = await answers.next();
        this.#hasAnswer = true;
        return result;
      } catch (error) {
        if (this.#hasAnswer) throw error;
        await this.#retries.pauseAfter(error);
        this.#answers = undefined;
      }
    }
  }

  async return(): Promise<IteratorResult<Message>> {
    this.#retries.stop();
    await this.#answers?.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
