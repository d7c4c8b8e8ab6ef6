/** The rules of the schema. The validator costs 44 ms, so it is loaded by the first file that says something. */
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import type { Violation } from '@bufbuild/protovalidate';
import type { Misplaced } from './keys.ts';

export async function ruleViolations<S extends DescMessage>(schema: S, message: MessageShape<S>): Promise<Misplaced[]> {
  const { createValidator } = await import('@bufbuild/protovalidate');
  const result = createValidator().validate(schema, message);
  if (result.kind === 'valid') return [];
  if (result.kind === 'error') throw result.error;
  return result.violations.map((violation) => ({ path: pathOf(violation), message: violation.message }));
}

function pathOf({ field }: Violation): (string | number)[] {
  return field.map((step) => {
    if (step.kind === 'list_sub') return step.index;
    if (step.kind === 'map_sub') return String(step.key);
    return step.name;
  });
}
