/** The rules of the schema. The validator costs 44 ms, so it is loaded by the first file that says something. */
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import type { Validator, Violation } from '@bufbuild/protovalidate';
import type { Misplaced } from './keys.ts';

let loading: Promise<Validator> | undefined;

export async function ruleViolations<S extends DescMessage>(schema: S, message: MessageShape<S>): Promise<Misplaced[]> {
  // The patterns are our schema's own, and none of them backtracks without bound: the engine's will do.
  const regexMatch = (pattern: string, text: string) => new RegExp(pattern, 'u').test(text);
  loading ??= import('@bufbuild/protovalidate').then(({ createValidator }) => createValidator({ regexMatch }));
  const result = (await loading).validate(schema, message);
  if (result.kind === 'valid') return [];
  if (result.kind === 'error') throw result.error;
  return result.violations.map((violation) => ({ path: pathOf(violation), message: readable(violation.message) }));
}

/** "does not match regex pattern `^(debug|info)?$`" is "must be one of debug, info". */
function readable(message: string): string {
  const [, pattern] = /^does not match regex pattern `(.*)`$/.exec(message) ?? [];
  const [, words] = /^\^\(([a-z|]+)\)\?\$$/.exec(pattern ?? '') ?? [];
  if (words !== undefined) return `must be one of ${words.replaceAll('|', ', ')}`;
  return pattern === undefined ? message : `must match ${pattern}`;
}

function pathOf({ field }: Violation): (string | number)[] {
  return field.map((step) => {
    if (step.kind === 'list_sub') return step.index;
    if (step.kind === 'map_sub') return String(step.key);
    return step.name;
  });
}
