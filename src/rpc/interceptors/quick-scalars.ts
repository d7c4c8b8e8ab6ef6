/** Rules of single values as functions that say "surely valid". See `quick-rules.ts`. */
import { type DescEnum, type DescMessage, type Message, ScalarType } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import { matches } from './patterns.ts';

/** Whether a value surely keeps its rules. */
export type Check = (value: unknown) => boolean;

/** The rules that were given, by name; nothing if one of them is not among `known`. */
export function given(
  schema: DescMessage,
  rules: Message,
  known: ReadonlySet<string>,
): Map<string, unknown> | undefined {
  if (rules.$unknown && rules.$unknown.length > 0) return undefined;
  const set = reflect(schema, rules);
  const found = new Map<string, unknown>();
  for (const field of set.sortedFields) {
    if (!set.isSet(field)) continue;
    if (!known.has(field.localName)) return undefined;
    found.set(field.localName, field.fieldKind === 'list' ? [...set.get(field)] : set.get(field));
  }
  return found;
}

type Rules = ReadonlyMap<string, unknown>;
type Maker = (limit: unknown) => Check;

/** A check of all rules at once: those of `makers` are known. */
function checkBy(schema: DescMessage, rules: Message, makers: Readonly<Record<string, Maker>>): Check | undefined {
  const found: Rules | undefined = given(schema, rules, new Set(Object.keys(makers)));
  if (found === undefined) return undefined;
  const checks = [...found].map(([name, limit]) => (makers[name] as Maker)(limit));
  return (value) => checks.every((check) => check(value));
}

const text =
  (test: (value: string) => boolean): Check =>
  (value) =>
    test(value as string);
const bytes =
  (test: (value: Uint8Array) => boolean): Check =>
  (value) =>
    test(value as Uint8Array);

/** Lengths are counted in code points; a string has at most as many as it has units, and at least half. */
const stringRules: Readonly<Record<string, Maker>> = {
  minLen: (limit) =>
    Number(limit) === 1 ? text(({ length }) => length > 0) : text(({ length }) => length >= 2 * Number(limit)),
  maxLen: (limit) => text(({ length }) => length <= Number(limit)),
  minBytes: (limit) => text(({ length }) => length >= Number(limit)),
  maxBytes: (limit) => text((value) => value.length * 3 <= Number(limit) || Buffer.byteLength(value) <= Number(limit)),
  pattern: (limit) => text((value) => matches(limit as string, value)),
  in: (limit) => {
    const allowed = new Set(limit as string[]);
    return text((value) => allowed.has(value));
  },
};

const bytesRules: Readonly<Record<string, Maker>> = {
  len: (limit) => bytes(({ length }) => length === Number(limit)),
  minLen: (limit) => bytes(({ length }) => length >= Number(limit)),
  maxLen: (limit) => bytes(({ length }) => length <= Number(limit)),
};

type Numeric = number | bigint;
const number =
  (test: (value: Numeric) => boolean): Check =>
  (value) =>
    test(value as Numeric);

/** Number and bigint compare with each other exactly. Rules that leave out a middle part are for the validator. */
const numberRules: Readonly<Record<string, Maker>> = {
  gt: (limit) => number((value) => value > (limit as Numeric)),
  gte: (limit) => number((value) => value >= (limit as Numeric)),
  lt: (limit) => number((value) => value < (limit as Numeric)),
  lte: (limit) => number((value) => value <= (limit as Numeric)),
};

export function stringCheck(schema: DescMessage, rules: Message): Check | undefined {
  return checkBy(schema, rules, stringRules);
}

export function bytesCheck(schema: DescMessage, rules: Message): Check | undefined {
  return checkBy(schema, rules, bytesRules);
}

export function numberCheck(schema: DescMessage, rules: Message): Check | undefined {
  return checkBy(schema, rules, numberRules);
}

export function enumCheck(schema: DescMessage, rules: Message, { values }: DescEnum): Check | undefined {
  const numbers = new Set(values.map((value) => value.number));
  const definedOnly: Maker = (wanted) => (value) => wanted !== true || numbers.has(value as number);
  const notIn: Maker = (limit) => (value) => !(limit as number[]).includes(value as number);
  const among: Maker = (limit) => (value) => (limit as number[]).includes(value as number);
  return checkBy(schema, rules, { definedOnly, in: among, notIn });
}

/** The check that fits a field's type. */
export function scalarCheck(type: ScalarType, schema: DescMessage, rules: Message): Check | undefined {
  switch (type) {
    case ScalarType.STRING:
      return stringCheck(schema, rules);
    case ScalarType.BYTES:
      return bytesCheck(schema, rules);
    case ScalarType.UINT32:
    case ScalarType.UINT64:
    case ScalarType.INT32:
    case ScalarType.INT64:
      return numberCheck(schema, rules);
    default:
      return undefined;
  }
}
