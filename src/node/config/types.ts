/**
 * Values of the wrong kind. The reader of proto JSON stops at the first and names no place, so each value is tried
 * alone.
 */
import {
  type DescField,
  type DescMessage,
  fromJson,
  type JsonObject,
  type JsonValue,
  ScalarType,
} from '@bufbuild/protobuf';
import { messageOf } from '../../base/errors.ts';
import type { Misplaced } from './keys.ts';
import type { Path } from './source.ts';

/** Keys that no field has are passed over: `checkKeys` tells of them. */
export function checkTypes(schema: DescMessage, json: JsonValue, path: Path = []): Misplaced[] {
  if (json === null) return []; // a key without a value is a key that is left out
  if (!isObject(json)) return [{ path, message: `expected a map of keys, got ${shown(json)}` }];
  const known: JsonObject = {};
  const problems = Object.entries(json).flatMap(([key, value]): Misplaced[] => {
    const field = schema.fields.find(({ name, jsonName }) => name === key || jsonName === key);
    if (!field) return [];
    known[key] = value;
    return checkField(schema, field, key, value, [...path, key]);
  });
  if (problems.length > 0) return problems;
  const message = failureOf(schema, known); // what only several keys together can be: two members of one choice
  return message === undefined ? [] : [{ path, message: choiceMessage(schema, known) ?? message }];
}

function checkField(schema: DescMessage, field: DescField, key: string, value: JsonValue, path: Path): Misplaced[] {
  if (value === null) return [];
  if (isText(field.message)) return checkItem(schema, field, value, { [key]: value }, path);
  if (field.fieldKind === 'message') return checkTypes(field.message, value, path);
  if (field.fieldKind === 'list') {
    if (!Array.isArray(value)) return [{ path, message: `expected a list, got ${shown(value)}` }];
    return value.flatMap((item, index) => checkItem(schema, field, item, { [key]: [item] }, [...path, index]));
  }
  if (field.fieldKind === 'map') {
    if (!isObject(value)) return [{ path, message: `expected a map of names, got ${shown(value)}` }];
    return Object.entries(value).flatMap(([name, item]) =>
      checkItem(schema, field, item, { [key]: Object.fromEntries([[name, item]]) }, [...path, name]),
    );
  }
  return checkItem(schema, field, value, { [key]: value }, path);
}

/** `alone` is a message that says nothing but the item. */
function checkItem(schema: DescMessage, field: DescField, item: JsonValue, alone: JsonObject, path: Path): Misplaced[] {
  if (field.message && !isText(field.message)) return checkTypes(field.message, item ?? 0, path);
  return failureOf(schema, alone) === undefined ? [] : [{ path, message: expectation(field, item) }];
}

/** Messages of Protobuf's own that JSON writes as a text. */
function isText(message: DescMessage | undefined): boolean {
  return message?.typeName === 'google.protobuf.Duration';
}

function failureOf(schema: DescMessage, json: JsonObject): string | undefined {
  try {
    fromJson(schema, json);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function choiceMessage(schema: DescMessage, json: JsonObject): string | undefined {
  for (const { fields } of schema.oneofs) {
    const said = fields.filter(({ name, jsonName }) => name in json || jsonName in json);
    if (said.length > 1) return `only one of ${said.map(({ name }) => name).join(', ')} may be given`;
  }
  return undefined;
}

function expectation(field: DescField, value: JsonValue): string {
  const quote = field.scalar === ScalarType.STRING && (typeof value === 'number' || typeof value === 'boolean');
  return `expected ${kindOf(field)}, got ${shown(value)}${quote ? `; write it in quotes: "${value}"` : ''}`;
}

function kindOf({ scalar, message }: DescField): string {
  if (isText(message)) return 'a length of time in seconds, such as 90s';
  if (scalar === ScalarType.STRING) return 'a text';
  if (scalar === ScalarType.BOOL) return 'true or false';
  return scalar === ScalarType.UINT32 ? 'a whole number from 0 to 4294967295' : 'another kind of value';
}

function shown(value: JsonValue): string {
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return 'a map';
  const text = value === null ? 'nothing' : JSON.stringify(value);
  return text.length > 64 ? `${text.slice(0, 64)}…` : text;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
