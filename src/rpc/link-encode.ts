/**
 * Messages to bytes: the same that protobuf-es writes, in one buffer of the right size. It writes into a buffer that it
 * doubles and then copies: three times the memory of a large message, and much of the cost of a small call.
 */
import {
  type DescField,
  type DescMessage,
  type DescOneof,
  type Message,
  ScalarType,
  toBinary,
} from '@bufbuild/protobuf';
import { bytesOf } from './encoded.ts';

/** How a value is written behind its tag. */
type Kind = 'number' | 'bigint' | 'bool' | 'string' | 'bytes' | 'message';

const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** `google.protobuf.FeatureSet.FieldPresence`: zero values are left out; absence is an error. */
const IMPLICIT = 2;
const LEGACY_REQUIRED = 3;

/** A message whose bytes cannot be told beforehand: protobuf-es writes it, or says what is wrong with it. */
const UNFIT = Symbol('unfit');

/** What a field of a message holds. */
type Values = Record<string, unknown>;

interface Field {
  readonly localName: string;
  readonly tag: number;
  readonly tagSize: number;
  readonly kind: Kind;
  readonly isList: boolean;
  /** Whether zero values are left out. */
  readonly isImplicit: boolean;
  readonly message: DescMessage | undefined;
}

/** Of a oneof, the fields that stand together, by name: few of them are ever set. */
interface Choice {
  readonly localName: string;
  readonly cases: ReadonlyMap<string, Field>;
}

type Part = Field | Choice;

/** What is written, in order: tag, value and, of what stands behind its length, that length. */
type Plan = unknown[];
const STEP = 3;

/** Stands for a message whose fields follow. */
const INSIDE = Symbol('inside');

/** The bytes of a message, in memory that `allocate` gives if they have none yet. Throws what `toBinary` throws. */
export function encodeMessage(
  schema: DescMessage,
  message: Message,
  allocate: (bytes: number) => Buffer = Buffer.allocUnsafe,
): Uint8Array {
  const before = bytesOf(message);
  if (before !== undefined) return before;
  const parts = partsOf(schema);
  if (parts === undefined) return toBinary(schema, message);
  const plan: Plan = [];
  let size: number;
  try {
    size = measure(schema, parts, message, plan);
  } catch (error) {
    if (error !== UNFIT) throw error;
    return toBinary(schema, message);
  }
  return write(plan, allocate(size));
}

const known = new WeakMap<DescMessage, readonly Part[] | null>();

/** How a message is written; undefined where a field has a type that is rare on our paths. */
function partsOf(schema: DescMessage): readonly Part[] | undefined {
  let parts = known.get(schema);
  if (parts === undefined) {
    const found = inOrder(schema).map(partOf);
    parts = found.every((part) => part !== undefined) ? found : null;
    known.set(schema, parts);
  }
  return parts ?? undefined;
}

/** Fields by number. Those of one oneof that stand next to each other are one part. */
function inOrder({ fields }: DescMessage): DescField[][] {
  const groups: DescField[][] = [];
  for (const field of fields.toSorted((a, b) => a.number - b.number)) {
    const last = groups.at(-1);
    if (field.oneof && last?.[0]?.oneof === field.oneof) last.push(field);
    else groups.push([field]);
  }
  return groups;
}

function partOf(fields: readonly DescField[]): Part | undefined {
  const written = fields.map(fieldOf).filter((field) => field !== undefined);
  if (written.length < fields.length) return undefined;
  const oneof: DescOneof | undefined = fields[0]?.oneof;
  if (oneof === undefined) return written[0];
  return { localName: oneof.localName, cases: new Map(written.map((field) => [field.localName, field])) };
}

function fieldOf(field: DescField): Field | undefined {
  if (field.fieldKind === 'map' || field.presence === LEGACY_REQUIRED) return undefined;
  const kind = kindOf(field);
  const isList = field.fieldKind === 'list';
  if (kind === undefined) return undefined;
  const isDelimited = kind === 'string' || kind === 'bytes' || kind === 'message';
  if (isList && !isDelimited) return undefined; // packed
  const tag = ((field.number << 3) | (isDelimited ? LENGTH_DELIMITED : VARINT)) >>> 0;
  const isImplicit = !isList && !field.oneof && field.presence === IMPLICIT;
  const { localName, message } = field;
  return { localName, tag, tagSize: varintSize(tag), kind, isList, isImplicit, message };
}

function kindOf(field: DescField & { fieldKind: 'scalar' | 'enum' | 'message' | 'list' }): Kind | undefined {
  if (field.message) return field.delimitedEncoding ? undefined : 'message';
  if (field.enum) return 'number';
  switch (field.scalar) {
    case ScalarType.UINT32:
    case ScalarType.INT32:
      return 'number';
    case ScalarType.UINT64:
    case ScalarType.INT64:
      return field.longAsString ? undefined : 'bigint';
    case ScalarType.BOOL:
      return 'bool';
    case ScalarType.STRING:
      return 'string';
    case ScalarType.BYTES:
      return 'bytes';
    default:
      return undefined;
  }
}

/** Plans a message; returns its size. Throws `UNFIT`. */
function measure(schema: DescMessage, parts: readonly Part[], message: Message, plan: Plan): number {
  // Some well-known types are given as plain values.
  if (message.$typeName !== schema.typeName || message.$unknown !== undefined) throw UNFIT;
  const values = message as unknown as Values;
  let size = 0;
  for (const part of parts) {
    const value = values[part.localName];
    if ('cases' in part) {
      const chosen = value as { case?: string; value?: unknown };
      const field = chosen.case === undefined ? undefined : part.cases.get(chosen.case);
      if (field && chosen.value !== undefined) size += measureValue(field, chosen.value, plan);
    } else if (part.isList) {
      for (const item of value as unknown[]) size += measureValue(part, item, plan);
    } else if (part.isImplicit) {
      size += measureValue(part, value, plan);
    } else if (value !== undefined && Object.hasOwn(values, part.localName)) {
      size += measureValue(part, value, plan);
    }
  }
  return size;
}

/** Plans a field with its tag; returns the size of both. Negative and very large numbers are left to protobuf-es. */
function measureValue({ kind, tag, tagSize, isImplicit, message }: Field, value: unknown, plan: Plan): number {
  switch (kind) {
    case 'number': {
      if (isImplicit && value === 0) return 0;
      if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > 0x7fff_ffff) throw UNFIT;
      plan.push(tag, value, 0);
      return tagSize + varintSize(value as number);
    }
    case 'bigint': {
      if (isImplicit && value === 0n) return 0;
      if (typeof value !== 'bigint' || value < 0n || value > Number.MAX_SAFE_INTEGER) throw UNFIT;
      const number = Number(value);
      plan.push(tag, number, 0);
      return tagSize + varintSize(number);
    }
    case 'bool':
      if (isImplicit && value === false) return 0;
      plan.push(tag, value ? 1 : 0, 0);
      return tagSize + 1;
    case 'string': {
      if (isImplicit && value === '') return 0;
      if (typeof value !== 'string') throw UNFIT;
      const size = Buffer.byteLength(value);
      plan.push(tag, value, size);
      return tagSize + varintSize(size) + size;
    }
    case 'bytes':
      if (!(value instanceof Uint8Array)) throw UNFIT;
      if (isImplicit && value.length === 0) return 0;
      plan.push(tag, value, value.length);
      return tagSize + varintSize(value.length) + value.length;
    case 'message': {
      const size = measureMessage(message as DescMessage, tag, value as Message, plan);
      return tagSize + varintSize(size) + size;
    }
  }
}

/** Plans a message within another; returns its size. */
function measureMessage(schema: DescMessage, tag: number, value: Message, plan: Plan): number {
  if (value.$typeName !== schema.typeName) throw UNFIT;
  const parts = partsOf(schema);
  const bytes = bytesOf(value) ?? (parts === undefined ? toBinary(schema, value) : undefined);
  const place = plan.push(tag, bytes ?? INSIDE, 0) - 1;
  const size = bytes?.length ?? measure(schema, parts as readonly Part[], value, plan);
  plan[place] = size;
  return size;
}

function write(plan: Plan, out: Buffer): Buffer {
  let at = 0;
  for (let step = 0; step < plan.length; step += STEP) {
    at = writeVarint(out, at, plan[step] as number);
    const value = plan[step + 1];
    if (typeof value === 'number') {
      at = writeVarint(out, at, value);
      continue;
    }
    const size = plan[step + 2] as number;
    at = writeVarint(out, at, size);
    if (value === INSIDE) continue;
    // As many bytes as letters: all of them are ASCII, which is written faster so.
    if (typeof value === 'string') out.write(value, at, size, size === value.length ? 'latin1' : 'utf8');
    else out.set(value as Uint8Array, at);
    at += size;
  }
  return out;
}

/** Writes a whole number from 0 to 2^53 - 1; returns where it ends. */
function writeVarint(out: Buffer, offset: number, value: number): number {
  let at = offset;
  let rest = value;
  while (rest > 0xffff_ffff) {
    out[at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  while (rest > 0x7f) {
    out[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  out[at++] = rest;
  return at;
}

/** Of a whole number from 0 to 2^53 - 1. */
function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  if (value < 0x1000_0000) return 4;
  return 4 + varintSize(Math.floor(value / 0x1000_0000));
}
