// Reads docs/LIMITS.md, the constants of source files, and what the schema says of limits.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { type DescField, type DescFile, getOption, type Message } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import { FieldRulesSchema, field as fieldRules } from '../../gen/buf/validate/validate_pb.ts';
import { root } from './imports.ts';

/** A row of the page. */
export interface LimitRow {
  readonly what: string;
  /** In bytes, milliseconds, or pieces. */
  readonly value: number;
  readonly constants: readonly { readonly file: string; readonly name: string }[];
  /** A message, a field (`Message.field`), a value of an enum, or a method. */
  readonly schema: readonly string[];
}

const UNITS: Readonly<Record<string, number>> = {
  KiB: 1024,
  MiB: 1024 * 1024,
  ms: 1,
  s: 1_000,
  second: 1_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  day: 86_400_000,
};

const QUANTITY = /(\d[\d,]*)(?: (KiB|MiB|ms|s|seconds?|minutes?|h|hours?|days?)\b)?/g;

/** Every quantity in a text, in bytes, milliseconds, or pieces: "at most 16 KiB, for 10 s" -> 16384, 10000. */
export function quantitiesIn(text: string): number[] {
  return [...text.matchAll(QUANTITY)].map(
    ([, digits = '', unit = '']) => Number(digits.replaceAll(',', '')) * (UNITS[unit] ?? UNITS[unit.slice(0, -1)] ?? 1),
  );
}

/** The files that headings name: all their constants belong on the page. */
export function headingFiles(page: string): string[] {
  return [...page.matchAll(/^## .*: `(.+)`$/gm)].map(([, file = '']) => file);
}

/** All rows of all tables. */
export function rowsOf(page: string): LimitRow[] {
  return page
    .split(/^## /m)
    .slice(1)
    .flatMap((section) => {
      const file = /^.*: `(.+)`$/m.exec(section.split('\n', 1)[0] ?? '')?.[1];
      const lines = section.split('\n').filter((line) => /^\| (?!what \|)/.test(line));
      return lines.map((line) => rowOf(line, file));
    });
}

function rowOf(line: string, file: string | undefined): LimitRow {
  const [what = '', limit = '', , where = ''] = line
    .split('|')
    .slice(1)
    .map((cell) => cell.trim());
  const names = [...where.matchAll(/`([^`]+)`(?: in `([^`]+)`)?/g)];
  const own = file === undefined ? new Map<string, number>() : constantsOf(file);
  const isConstant = (name: string, place: string | undefined) => place !== undefined || own.has(name);
  const [value = Number.NaN] = quantitiesIn(limit);
  return {
    what,
    value,
    constants: names
      .filter(([, name = '', place]) => isConstant(name, place))
      .map(([, name = '', place = file ?? '']) => ({ file: place, name })),
    schema: names.filter(([, name = '', place]) => !isConstant(name, place)).map(([, name = '']) => name),
  };
}

const known = new Map<string, ReadonlyMap<string, number>>();

/** The numeric constants of a source file, and the numeric members of its objects, whatever arithmetic they stand in. */
export function constantsOf(file: string): ReadonlyMap<string, number> {
  const before = known.get(file);
  if (before) return before;
  const found = new Map<string, number>();
  const text = readFileSync(join(root, file), 'utf8');
  const pattern = /^(?:(?:export )?const (\w+) = ([^;{]+);| {2}(\w+): ([^,;{]+),)$/gm;
  for (const [, constant, value, member, memberValue] of text.matchAll(pattern)) {
    const result = evaluated((value ?? memberValue ?? '').trim(), found);
    if (result !== undefined) found.set(constant ?? member ?? '', result);
  }
  known.set(file, found);
  return found;
}

function evaluated(expression: string, known: ReadonlyMap<string, number>): number | undefined {
  if (!/^[\w\s*+()<-]+$/.test(expression)) return undefined;
  try {
    const result: unknown = runInNewContext(expression, Object.fromEntries(known));
    return typeof result === 'number' ? result : undefined;
  } catch {
    return undefined; // a name of another file, or no arithmetic
  }
}

/** What a name of the schema says of limits: its rules and its comment. */
export function schemaNumbers(name: string, files: readonly DescFile[], proto: string): number[] {
  const [type = '', member] = name.split('.');
  const field = files
    .flatMap(({ messages }) => messages)
    .find((message) => message.name === type)
    ?.fields.find((candidate) => candidate.name === member);
  const unitMs = member?.endsWith('_seconds') ? 1_000 : 1;
  const rules = field ? boundsOf(field).map((bound) => bound * unitMs) : [];
  return [...rules, ...quantitiesIn(commentOf(type, member, proto))];
}

/** Every number in the rules of a field that bounds it from above, those of its items included. */
export function upperBoundsOf(field: DescField): number[] {
  return boundsOf(field, (name) => /^(max_|len$|lte$)/.test(name));
}

function boundsOf(field: DescField, isWanted: (name: string) => boolean = () => true): number[] {
  const rules: Message | undefined = getOption(field, fieldRules);
  return rules ? numbersIn(reflect(FieldRulesSchema, rules as never), isWanted) : [];
}

function numbersIn(message: ReturnType<typeof reflect>, isWanted: (name: string) => boolean): number[] {
  return message.fields
    .filter((field) => message.isSet(field))
    .flatMap((field) => {
      if (field.fieldKind === 'message') return numbersIn(message.get(field), isWanted);
      const value: unknown = message.get(field);
      const isNumber = typeof value === 'number' || typeof value === 'bigint';
      return isNumber && isWanted(field.name) ? [Number(value)] : [];
    });
}

/** The comment above a message, a field of it, a value of an enum or a method; empty if there is none of this name. */
function commentOf(type: string, member: string | undefined, proto: string): string {
  const lines = proto.split('\n');
  const start = lines.findIndex((line) =>
    new RegExp(`^\\s*(?:message|rpc|enum) ${type}\\b|^\\s+${type} = `).test(line),
  );
  const at =
    member === undefined || start < 0
      ? start
      : lines.findIndex((line, index) => index > start && new RegExp(`^ {2}.*\\b${member} = \\d`).test(line));
  let first = at;
  while (first > 0 && /^\s*\/\//.test(lines[first - 1] ?? '')) first--;
  return at < 0 ? '' : lines.slice(first, at).join(' ').replaceAll('//', '');
}
