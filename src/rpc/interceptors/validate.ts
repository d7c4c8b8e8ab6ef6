/**
 * Checks each request message against the rules in its schema, once, at the service's door. The validator costs
 * about 80 ms and 9 MB to load, so it is loaded by the first message that is not plainly valid.
 */
import type { DescMessage, Message } from '@bufbuild/protobuf';
import { pathToString } from '@bufbuild/protobuf/reflect';
import type { Validator } from '@bufbuild/protovalidate';
import { Code, type ConnectError } from '@connectrpc/connect';
import { failure } from '../failure.ts';
import { matches } from './patterns.ts';
import { surelyValid } from './quick-rules.ts';

let validator: Validator | undefined;
let loading: Promise<Validator> | undefined;

/** Loads the validator ahead of the first call. */
export async function loadValidator(): Promise<void> {
  // The first broken rule is enough to refuse; a hostile message does not get to break a million.
  const options = { failFast: true, regexMatch: matches };
  loading ??= import('@bufbuild/protovalidate').then(({ createValidator }) => createValidator(options));
  validator = await loading;
}

/**
 * Throws (or rejects with) `INVALID_REQUEST` if the message breaks a rule. Returns a promise only while the
 * validator is being loaded.
 */
export function checkMessage(schema: DescMessage, message: Message): Promise<void> | undefined {
  if (surelyValid(schema, message)) return undefined;
  if (validator === undefined) return loadValidator().then(() => checkMessage(schema, message));
  const result = validator.validate(schema, message);
  if (result.kind === 'valid') return undefined;
  if (result.kind === 'error') throw result.error;
  const [violation] = result.violations;
  throw violation
    ? invalid(schema, pathToString(violation.field), violation.ruleId, violation.message)
    : invalid(schema, '', '', result.error.message);
}

function invalid(schema: DescMessage, field: string, rule: string, message: string): ConnectError {
  const place = field === '' ? schema.name : `${schema.name}.${field}`;
  return failure(Code.InvalidArgument, 'INVALID_REQUEST', `${place}: ${message}`, {
    metadata: { message: schema.typeName, field, rule },
    permanent: true,
  });
}
