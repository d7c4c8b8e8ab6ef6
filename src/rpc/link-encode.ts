/**
 * Messages to bytes: the same that protobuf-es writes, in one buffer of the right size. It writes into a buffer that it
 * doubles and then copies: three times the memory of a large message, and much of the cost of a small call.
 */
import { type DescField, type DescMessage, type Message, ScalarType, toBinary } from '@bufbuild/protobuf';
import { bytesOf } from './encoded.ts';

const VARINT = 0;
const BYTES = 2;

/** `google.protobuf.FeatureSet.FieldPresence`: zero values are left out; absence is an error. */
const IMPLICIT = 2;
const LEGACY_REQUIRED = 3;

/** What a field of a message holds. */
type Values = Record<string, unknown>;

/** A message whose bytes cannot be told beforehand: protobuf-es writes it, or says what is wrong with it. */
const UNFIT = Symbol('unfit');

/** Lengths of messages within messages, and the bytes of those that protobuf-es has written, in the order of writing. */
type Plan = (number | Uint8Array)[];

interface FieldWriter {
  /** Bytes that the field takes, tag included. Throws `UNFIT`. */
  size(message: Values, plan: Plan): number;
  write(message: Values, out: Output): void;
}

/** The bytes of a message. Throws what `toBinary` throws. */
export function encodeMessage(schema: DescMessage, message: Message): Uint8Array {
  const before = bytesOf(message);
  if (before !== undefined) return before;
  const writers = writersOf(schema);
  if (writers === undefined) return toBinary(schema, message);
  const plan: Plan = [];
  let size: number;
  try {
    size = bodySize(schema, writers, message, plan);
  } catch (error) {
    if (error !== UNFIT) throw error;
    return toBinary(schema, message);
  }
  const out = new Output(Buffer.allocUnsafe(size), plan);
  for (const writer of writers) writer.write(message as unknown as Values, out);
  return out.buffer;
}

function bodySize(schema: DescMessage, writers: readonly FieldWriter[], message: Message, plan: Plan): number {
  if (message.$typeName !== schema.typeName || message.$unknown !== undefined) throw UNFIT;
  let size = 0;
  for (const writer of writers) size += writer.size(message as unknown as Values, plan);
  return size;
}

const known = new WeakMap<DescMessage, readonly FieldWriter[] | null>();

/** How a message is written; undefined where a field has a type that is rare on our paths. */
function writersOf(schema: DescMessage): readonly FieldWriter[] | undefined {
  let writers = known.get(schema);
  if (writers === undefined) {
    const fields = [...schema.fields].sort((a, b) => a.number - b.number).map(fieldWriter);
    writers = fields.every((field) => field !== undefined) ? (fields as FieldWriter[]) : null;
    known.set(schema, writers);
  }
  return writers ?? undefined;
}

/** How one value is written behind its tag. */
interface ValueWriter {
  readonly wireType: number;
  /** Whether it is left out, where the field has no presence. */
  isZero(value: unknown): boolean;
  size(value: unknown, plan: Plan): number;
  write(value: unknown, out: Output): void;
}

function fieldWriter(field: DescField): FieldWriter | undefined {
  if (field.fieldKind === 'map' || field.presence === LEGACY_REQUIRED) return undefined;
  const value = valueWriter(field);
  if (value === undefined) return undefined;
  const tag = ((field.number << 3) | value.wireType) >>> 0;
  const tagSize = varintSize(tag);
  const { localName } = field;
  if (field.fieldKind === 'list') {
    return value.wireType === BYTES ? listWriter(localName, tag, tagSize, value) : undefined;
  }
  const read = reader(field, value);
  return {
    size(message, plan) {
      const found = read(message);
      return found === undefined ? 0 : tagSize + value.size(found, plan);
    },
    write(message, out) {
      const found = read(message);
      if (found === undefined) return;
      out.varint(tag);
      value.write(found, out);
    },
  };
}

function listWriter(localName: string, tag: number, tagSize: number, value: ValueWriter): FieldWriter {
  return {
    size(message, plan) {
      let size = 0;
      for (const item of message[localName] as unknown[]) size += tagSize + value.size(item, plan);
      return size;
    },
    write(message, out) {
      for (const item of message[localName] as unknown[]) {
        out.varint(tag);
        value.write(item, out);
      }
    },
  };
}

/** Gives the value of a field that is to be written. */
function reader(field: DescField & { fieldKind: 'scalar' | 'enum' | 'message' }, value: ValueWriter) {
  const { localName } = field;
  if (field.oneof) {
    const { localName: oneof } = field.oneof;
    return (message: Values) => {
      const chosen = message[oneof] as { case?: string; value?: unknown };
      return chosen.case === localName ? chosen.value : undefined;
    };
  }
  if (field.presence !== IMPLICIT) {
    return (message: Values) => (Object.hasOwn(message, localName) ? message[localName] : undefined);
  }
  return (message: Values) => {
    const found = message[localName];
    return value.isZero(found) ? undefined : found;
  };
}

function valueWriter(field: DescField): ValueWriter | undefined {
  if (field.message)
    return field.fieldKind !== 'map' && field.delimitedEncoding ? undefined : messageWriter(field.message);
  if (field.enum) return number;
  switch (field.scalar) {
    case ScalarType.UINT32:
    case ScalarType.INT32:
      return number;
    case ScalarType.UINT64:
    case ScalarType.INT64:
      return field.fieldKind !== 'map' && field.longAsString ? undefined : bigNumber;
    case ScalarType.BOOL:
      return flag;
    case ScalarType.STRING:
      return text;
    case ScalarType.BYTES:
      return bytes;
    default:
      return undefined;
  }
}

/** Negative numbers take ten bytes, and what is no number must be told so: both are left to protobuf-es. */
const number: ValueWriter = {
  wireType: VARINT,
  isZero: (value) => value === 0,
  size(value) {
    if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > 0x7fff_ffff) throw UNFIT;
    return varintSize(value as number);
  },
  write: (value, out) => out.varint(value as number),
};

/** Cursors and times. Larger than a number can say, and negative ones, are left to protobuf-es. */
const bigNumber: ValueWriter = {
  wireType: VARINT,
  isZero: (value) => value === 0n,
  size(value) {
    if (typeof value !== 'bigint' || value < 0n || value > Number.MAX_SAFE_INTEGER) throw UNFIT;
    return varintSize(Number(value));
  },
  write: (value, out) => out.varint(Number(value)),
};

const flag: ValueWriter = {
  wireType: VARINT,
  isZero: (value) => value === false,
  size: () => 1,
  write: (value, out) => out.varint(value ? 1 : 0),
};

const text: ValueWriter = {
  wireType: BYTES,
  isZero: (value) => value === '',
  size(value, plan) {
    if (typeof value !== 'string') throw UNFIT;
    const size = Buffer.byteLength(value);
    plan.push(size);
    return varintSize(size) + size;
  },
  write(value, out) {
    const size = out.length();
    out.varint(size);
    out.text(value as string, size);
  },
};

const bytes: ValueWriter = {
  wireType: BYTES,
  isZero: (value) => value instanceof Uint8Array && value.length === 0,
  size(value) {
    if (!(value instanceof Uint8Array)) throw UNFIT;
    return varintSize(value.length) + value.length;
  },
  write(value, out) {
    out.varint((value as Uint8Array).length);
    out.bytes(value as Uint8Array);
  },
};

function messageWriter(schema: DescMessage): ValueWriter {
  return {
    wireType: BYTES,
    isZero: (value) => value === undefined,
    size(value, plan) {
      const writers = writersOf(schema);
      const place = plan.push(0) - 1;
      // Some well-known types are given as plain values.
      if ((value as Message).$typeName !== schema.typeName) throw UNFIT;
      const before = bytesOf(value as Message);
      if (before !== undefined) plan[place] = before;
      else if (writers === undefined) plan[place] = toBinary(schema, value as Message);
      else plan[place] = bodySize(schema, writers, value as Message, plan);
      const size = lengthOf(plan[place] as Plan[number]);
      return varintSize(size) + size;
    },
    write(value, out) {
      const planned = out.next();
      out.varint(lengthOf(planned));
      if (typeof planned !== 'number') out.bytes(planned);
      else for (const writer of writersOf(schema) ?? []) writer.write(value as Values, out);
    },
  };
}

function lengthOf(planned: Plan[number]): number {
  return typeof planned === 'number' ? planned : planned.length;
}

class Output {
  readonly buffer: Buffer;
  readonly #plan: Plan;
  #position = 0;
  #planned = 0;

  constructor(buffer: Buffer, plan: Plan) {
    this.buffer = buffer;
    this.#plan = plan;
  }

  /** The next entry of the plan. */
  next(): Plan[number] {
    return this.#plan[this.#planned++] as Plan[number];
  }

  length(): number {
    return this.next() as number;
  }

  varint(value: number): void {
    let rest = value;
    while (rest > 0xffff_ffff) {
      this.buffer[this.#position++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    while (rest > 0x7f) {
      this.buffer[this.#position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.buffer[this.#position++] = rest;
  }

  bytes(value: Uint8Array): void {
    this.buffer.set(value, this.#position);
    this.#position += value.length;
  }

  text(value: string, size: number): void {
    this.buffer.write(value, this.#position, size);
    this.#position += size;
  }
}

/** Of a whole number from 0 to 2^53 - 1. */
function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  if (value < 0x1000_0000) return 4;
  return 4 + varintSize(Math.floor(value / 0x1000_0000));
}
