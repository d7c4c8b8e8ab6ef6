/** The examples of the JSON-RPC 2.0 specification, all of them, with its methods in place of ours. */
import { describe, expect, it } from 'vitest';
import { answerMessage, type Serve } from '../../../src/legacy/json-rpc/batch.ts';
import { methodNotFound } from '../../../src/legacy/json-rpc/map.ts';
import vectors from './vectors/json-rpc-2.0.json' with { type: 'json' };

type Params = number[] & { minuend: number; subtrahend: number };

const methods: Record<string, (params: Params) => unknown> = {
  subtract: (params) =>
    Array.isArray(params)
      ? (params[0] ?? 0) - (params[1] ?? 0)
      : (params as Params).minuend - (params as Params).subtrahend,
  sum: (params) => params.reduce((left, right) => left + right),
  get_data: () => ['hello', 5],
  update: () => null,
  notify_hello: () => null,
  notify_sum: () => null,
};

const serve: Serve = async ({ method, params }) => {
  const run = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (!run) return { error: methodNotFound(method) };
  return { result: JSON.stringify(run(JSON.parse(params ?? '[]'))) };
};

/** An error may say more than the examples do, in `data`. */
function withoutData(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (name, member) => (name === 'data' ? undefined : member));
}

describe('the specification', () => {
  it.each(vectors.examples.map((example) => [example.name, example] as const))(
    'answers %s',
    async (_, { send, receive }) => {
      const answer = await answerMessage(send, serve);
      expect(answer === undefined ? null : withoutData(JSON.parse(answer.text))).toEqual(receive);
    },
  );
});
