/** Reads a YAML file into a message, as towline.yaml is read: unknown keys, wrong types and broken rules have a place. */
import { readFile } from 'node:fs/promises';
import { type DescMessage, fromJson, type JsonObject, type MessageShape } from '@bufbuild/protobuf';
import { messageOf } from '../../base/errors.ts';
import { checkKeys } from './keys.ts';
import { unusable } from './problem.ts';
import { ruleViolations } from './rules.ts';
import { Source } from './source.ts';
import { checkTypes } from './types.ts';

/** Throws CONFIG_INVALID with all that is wrong. */
export async function readMessage<S extends DescMessage>(schema: S, file: string): Promise<MessageShape<S>> {
  const source = new Source(file, await textOf(file));
  if (source.problems.length > 0) throw unusable(source.problems);
  const json = source.json() ?? {};
  const malformed = [...checkKeys(schema, json), ...checkTypes(schema, json)];
  if (malformed.length > 0) throw unusable(malformed.map(({ path, message }) => source.problem(path, message)));
  const message = fromJson(schema, json as JsonObject);
  const broken = await ruleViolations(schema, message);
  if (broken.length > 0) throw unusable(broken.map((rule) => source.problem(rule.path, rule.message)));
  return message;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unusable([{ file, line: 0, column: 0, message: messageOf(error) }]);
  }
}
