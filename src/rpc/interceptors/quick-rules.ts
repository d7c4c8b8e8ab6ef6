/**
 * The plain rules of a schema as functions: a tenth of what the validator costs, and nothing to load. They only ever
 * say "surely valid". Whatever they cannot say so of (a rule they do not know, a message that breaks one) is for the
 * validator, which alone refuses, and says why.
 */
import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescOneof,
  getOption,
  hasOption,
  type Message,
  ScalarType,
} from '@bufbuild/protobuf';
import {
  type FieldRules,
  field as fieldOption,
  file_buf_validate_validate,
  Ignore,
  MapRulesSchema,
  message as messageOption,
  oneof as oneofOption,
  RepeatedRulesSchema,
} from '../../../gen/buf/validate/validate_pb.ts';
import { type Check, enumCheck, given, scalarCheck } from './quick-scalars.ts';

type Members = Readonly<Record<string, unknown>>;
type Test = (message: Members) => boolean;

const compiled = new Map<DescMessage, Test>();

/** Whether the message surely keeps every rule of its schema. */
export function surelyValid(schema: DescMessage, message: Message): boolean {
  return testOf(schema)(message as unknown as Members);
}

function testOf(schema: DescMessage): Test {
  const known = compiled.get(schema);
  if (known) return known;
  compiled.set(schema, (message) => test(message)); // for messages that hold their own kind
  const test = compile(schema);
  compiled.set(schema, test);
  return test;
}

const unsure: Test = () => false;

function compile(schema: DescMessage): Test {
  if (hasOption(schema, messageOption)) return unsure;
  const tests: Test[] = [];
  for (const oneof of schema.oneofs) if (isRequired(oneof)) tests.push(hasCase(oneof.localName));
  for (const field of schema.fields) {
    const test = fieldTest(field);
    if (test === undefined) return unsure;
    if (test !== 'free') tests.push(test);
  }
  return (message) => {
    for (const test of tests) if (!test(message)) return false;
    return true;
  };
}

function isRequired(oneof: DescOneof): boolean {
  return hasOption(oneof, oneofOption) && (getOption(oneof, oneofOption).required ?? false);
}

function hasCase(name: string): Test {
  return (message) => (message[name] as { case?: string }).case !== undefined;
}

/** A test of one field; "free" if it has no rules, nothing if it has some that are not plain. */
function fieldTest(field: DescField): Test | 'free' | undefined {
  const rules = hasOption(field, fieldOption) ? getOption(field, fieldOption) : undefined;
  const check =
    (rules && emptyOrExact(field, rules)) ?? (rules && !isPlain(rules) ? undefined : fieldCheck(field, rules));
  if (check === undefined) return undefined;
  const required = rules?.required ?? false;
  if (check === 'free' && !required) return 'free';
  const holds: Check = check === 'free' ? () => true : check;
  const value = reader(field);
  // A field without presence is checked whatever it holds; one with presence only where it is there.
  return (message) => {
    const held = value(message);
    if (held === undefined) return !required;
    return holds(held) && !(required && isEmpty(held));
  };
}

/** The one expression that is plain: an id that may be left out, without presence. */
const optionalId = /^size\(this\) == 0 \|\| size\(this\) == ([0-9]+)$/;

function emptyOrExact(field: DescField, rules: FieldRules): Check | undefined {
  const [rule, ...others] = rules.cel;
  const length = optionalId.exec(rule?.expression ?? '')?.[1];
  const isAlone = others.length === 0 && isPlainBeside(rules) && rules.type.case === undefined;
  if (length === undefined || !isAlone || field.fieldKind !== 'scalar' || field.scalar !== ScalarType.BYTES)
    return undefined;
  return (value) => [0, Number(length)].includes((value as Uint8Array).length);
}

/** Presence, and the rules of one type: everything else in `FieldRules` is for the validator. */
function isPlain(rules: FieldRules): boolean {
  return rules.cel.length === 0 && isPlainBeside(rules);
}

function isPlainBeside({ celExpression, ignore, $unknown }: FieldRules): boolean {
  return celExpression.length + ($unknown?.length ?? 0) === 0 && ignore === Ignore.UNSPECIFIED;
}

function reader({ oneof, localName }: DescField): (message: Members) => unknown {
  if (oneof === undefined) return (message) => message[localName];
  return (message) => {
    const held = message[oneof.localName] as { case?: string; value?: unknown };
    return held.case === localName ? held.value : undefined;
  };
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value) || typeof value === 'string' || value instanceof Uint8Array) return value.length === 0;
  if (typeof value === 'object' && value !== null) return !('$typeName' in value) && Object.keys(value).length === 0;
  return value === 0 || value === 0n || value === false;
}

function fieldCheck(field: DescField, rules: FieldRules | undefined): Check | 'free' | undefined {
  switch (field.fieldKind) {
    case 'message':
      return rules?.type.case === undefined ? messageCheck(field.message) : undefined;
    case 'list':
      return listCheck(field, rules);
    case 'map':
      return mapCheck(field, rules);
    case 'enum':
      return valueCheck(field.enum, rules);
    default:
      return valueCheck(field.scalar, rules);
  }
}

function messageCheck(schema: DescMessage): Check {
  const test = testOf(schema);
  return (value) => test(value as Members);
}

/** Of a scalar or an enum, wherever it stands. */
function valueCheck(type: ScalarType | DescEnum, rules: FieldRules | undefined): Check | 'free' | undefined {
  if (rules === undefined || rules.type.case === undefined) return 'free';
  if (!isPlain(rules)) return undefined;
  const { value } = rules.type;
  const schema = schemaOf(value.$typeName);
  return typeof type === 'object' ? enumCheck(schema, value, type) : scalarCheck(type, schema, value);
}

/** The rules of what a list or a map holds; it is present in any case. */
function itemCheck(
  field: DescField & { fieldKind: 'list' | 'map' },
  rules: FieldRules | undefined,
): Check | 'free' | undefined {
  if (rules && (!isPlain(rules) || rules.required)) return undefined;
  if (field.message) return rules?.type.case === undefined ? messageCheck(field.message) : undefined;
  return valueCheck(field.enum ?? field.scalar, rules);
}

const listRules: ReadonlySet<string> = new Set(['minItems', 'maxItems', 'items', 'unique']);

function listCheck(
  field: DescField & { fieldKind: 'list' },
  rules: FieldRules | undefined,
): Check | 'free' | undefined {
  const value = rules?.type.case === 'repeated' ? rules.type.value : undefined;
  if (rules?.type.case !== undefined && value === undefined) return undefined;
  const found = value && given(RepeatedRulesSchema, value, listRules);
  if (value && found === undefined) return undefined;
  const item = itemCheck(field, value?.items);
  if (item === undefined) return undefined;
  const size = between(found?.get('minItems'), found?.get('maxItems'));
  const unique = found?.get('unique') === true;
  if (unique && (field.listKind === 'message' || field.scalar === ScalarType.BYTES)) return undefined;
  return (held) => {
    const list = held as unknown[];
    if (!size(list.length) || (unique && new Set(list).size < list.length)) return false;
    return item === 'free' || list.every(item);
  };
}

const mapRules: ReadonlySet<string> = new Set(['minPairs', 'maxPairs', 'keys', 'values']);

/** Keys of a JavaScript object are texts, whatever they were in the schema: rules for other keys are not plain. */
function mapCheck(field: DescField & { fieldKind: 'map' }, rules: FieldRules | undefined): Check | undefined {
  const value = rules?.type.case === 'map' ? rules.type.value : undefined;
  if (rules?.type.case !== undefined && value === undefined) return undefined;
  const found = value && given(MapRulesSchema, value, mapRules);
  if (value && found === undefined) return undefined;
  const key = value?.keys?.required ? undefined : valueCheck(field.mapKey, value?.keys);
  const one = itemCheck(field, value?.values);
  if (key === undefined || one === undefined || (key !== 'free' && field.mapKey !== ScalarType.STRING))
    return undefined;
  const size = between(found?.get('minPairs'), found?.get('maxPairs'));
  return (held) => {
    const pairs = Object.entries(held as object);
    if (!size(pairs.length)) return false;
    return pairs.every(([name, item]) => (key === 'free' || key(name)) && (one === 'free' || one(item)));
  };
}

function between(least: unknown, most: unknown): (count: number) => boolean {
  const [from, to] = [Number(least ?? 0), Number(most ?? Number.POSITIVE_INFINITY)];
  return (count) => count >= from && count <= to;
}

function schemaOf(typeName: string): DescMessage {
  const schema = file_buf_validate_validate.messages.find((message) => message.typeName === typeName);
  if (schema === undefined) throw new Error(`no rules are called ${typeName}`);
  return schema;
}
