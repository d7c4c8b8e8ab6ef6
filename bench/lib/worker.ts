/** Processes that a suite asks to do something: loads, and what is loaded. */
import { fork } from 'node:child_process';
import { once } from 'node:events';

interface Question {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  /** Why there is no value. */
  readonly error?: string;
}

/** What a worker does when it is asked, by the name of the question. */
export type Skills = Readonly<Record<string, (input: never) => unknown>>;

/** A process that a suite started. It ends with the suite, however the suite ends. */
export interface Worker extends AsyncDisposable {
  /** Rejects with what the worker threw, or when the worker ends. */
  ask<T = void>(name: string, input?: unknown): Promise<T>;
}

/** Starts a module that calls `serveQuestions`. */
export function startWorker(script: string, ...args: string[]): Worker {
  const child = fork(script, args, { execArgv: [...process.execArgv, '--expose-gc'] });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let lastId = 0;
  const exited = once(child, 'exit').then(([code]) => {
    for (const { reject } of waiting.values()) reject(new Error(`${script} ended with ${code} before it answered`));
  });
  child.on('message', ({ id, value, error }: Answer) => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asked?.resolve(value);
    else asked?.reject(new Error(error));
  });
  return {
    ask<T>(name: string, input?: unknown) {
      const answer = Promise.withResolvers<unknown>();
      const id = ++lastId;
      waiting.set(id, answer);
      child.send({ id, name, input } satisfies Question, (error) => error && answer.reject(error));
      return answer.promise as Promise<T>;
    },
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

/** In the worker: answers until the suite lets go of it, and then ends the process. */
export function serveQuestions(skills: Skills): void {
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ id, name, input }: Question) => {
    process.send?.({ id, ...(await outcomeOf(skills[name], input)) } satisfies Answer);
  });
}

async function outcomeOf(skill: Skills[string] | undefined, input: unknown): Promise<Omit<Answer, 'id'>> {
  try {
    if (!skill) throw new Error('the worker does not know this question');
    return { value: await skill(input as never) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
