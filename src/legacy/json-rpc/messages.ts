/** Proto JSON: parameters as their exact text ↔ messages. */
import { create, type DescMessage, fromJson, type JsonValue, type Message, toJsonString } from '@bufbuild/protobuf';
import { isFieldError } from '@bufbuild/protobuf/reflect';
import { Code, type ConnectError } from '@connectrpc/connect';
import { messageOf } from '../../base/errors.ts';
import { failure } from '../../rpc/failure.ts';

/** Numbers that a double may not hold: sixteen digits or more, or an exponent. */
const perhapsInexact = /[0-9.]{16}|[0-9][eE]/;

/**
 * The message that `text` (JSON that was checked) describes; an absent one is empty. Throws `PARAMS_INVALID` with the
 * field, where it is known, in its metadata.
 */
export function readMessage(schema: DescMessage, text: string | undefined): Message {
  if (text === undefined || text === '{}' || text === '[]') return create(schema);
  if (text.startsWith('[')) {
    throw invalid(
      schema,
      '',
      'by_name',
      `the fields of ${schema.name} are given by name: send an object, not an array`,
    );
  }
  try {
    return fromJson(schema, parseExact(text));
  } catch (error) {
    throw unreadable(schema, error);
  }
}

export function writeMessage(schema: DescMessage, message: Message): string {
  return toJsonString(schema, message);
}

/** Numbers become strings where a double would change them: proto JSON takes both, and 64-bit integers keep their value. */
function parseExact(text: string): JsonValue {
  if (!perhapsInexact.test(text)) return JSON.parse(text) as JsonValue;
  return JSON.parse(text, keepNumber) as JsonValue;
}

function keepNumber(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  const isExact = Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));
  return isExact ? value : context.source;
}

function unreadable(schema: DescMessage, error: unknown): ConnectError {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!isFieldError(cause)) return invalid(schema, unknownKey(error), 'json', messageOf(error));
  const field = cause.field();
  return invalid(field.parent, field.name, 'json', messageOf(error));
}

/** protobuf-es names an unknown member in its message alone. */
function unknownKey(error: unknown): string {
  return /: key "([^"]+)" is unknown$/.exec(messageOf(error))?.[1] ?? '';
}

function invalid(schema: DescMessage, field: string, rule: string, message: string): ConnectError {
  return failure(Code.InvalidArgument, 'PARAMS_INVALID', message, {
    metadata: { message: schema.typeName, field, rule },
    permanent: true,
  });
}
