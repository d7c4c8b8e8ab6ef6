/**
 * Bytes to messages: the same that protobuf-es reads. It walks over the descriptor at each field and makes each message
 * property by property; where a reader gets hundreds of thousands of messages a second, that is most of its work. Here each
 * schema gets a function of its own, made of its fields when its first message comes, as a person would write it:
 *
 *     const message = { $typeName: "towline.v1.AgentRef", nodeId: EMPTY, agent: "" };
 *     while (source.at < end) switch (source.varint()) { case 10: message.nodeId = source.bytes(); break; … }
 *
 * What is rare on our paths (a field that nobody knows, maps, packed numbers, a message in two parts) is left to
 * protobuf-es, and so is every message that is wrong: what is refused, and why, is for it to say.
 */
import {
  create,
  type DescField,
  type DescMessage,
  fromBinary,
  type Message,
  type MessageShape,
  ScalarType,
} from '@bufbuild/protobuf';
import { DecodeSource, UNFIT } from './decode-source.ts';

const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** Depth at which protobuf-es refuses. */
const MAX_DEPTH = 100;

/** What stands in the text of a function as it is; others are left to protobuf-es. */
const PLAIN_NAME = /^[a-z][A-Za-z0-9]*$/;

/** Reads a message that ends there. Throws `UNFIT`. */
type Decoder = (source: DecodeSource, end: number, depth: number) => Message;

/** How a field's value is read, as text, and whether it stands behind its length. */
interface Read {
  readonly expression: string;
  readonly isDelimited: boolean;
}

/** The message of these bytes, parts of which it keeps. Throws what `fromBinary` throws. */
export function decodeMessage<S extends DescMessage>(schema: S, bytes: Uint8Array): MessageShape<S> {
  const decode = decoderOf(schema);
  if (decode === undefined) return fromBinary(schema, bytes);
  try {
    return decode(new DecodeSource(bytes), bytes.length, 1) as MessageShape<S>;
  } catch (error) {
    if (error !== UNFIT) throw error;
    return fromBinary(schema, bytes);
  }
}

const known = new WeakMap<DescMessage, Decoder | null>();

/** Undefined where a field has a type that is rare on our paths. */
function decoderOf(schema: DescMessage): Decoder | undefined {
  let decoder = known.get(schema);
  if (decoder === undefined) {
    decoder = newDecoder(schema);
    known.set(schema, decoder);
  }
  return decoder ?? undefined;
}

function newDecoder(schema: DescMessage): Decoder | null {
  // Fields with a default of their own have it in a prototype.
  const isPlain = Object.getPrototypeOf(create(schema)) === Object.prototype;
  const names = [...schema.members, ...schema.fields].map(({ localName }) => localName);
  const cases = schema.fields.map((field, index) => caseOf(field, index));
  if (!isPlain || !names.every((name) => PLAIN_NAME.test(name)) || cases.includes(undefined)) return null;
  const text = `
    if (depth > ${MAX_DEPTH}) throw UNFIT;
    const message = ${emptyOf(schema)};
    while (source.at < end) {
      switch (source.varint()) {
        ${cases.join('\n')}
        default: throw UNFIT;
      }
    }
    if (source.at !== end) throw UNFIT;
    return message;`;
  const inner = schema.fields.map(({ message }) => message && innerOf(message));
  return madeOf(`return (source, end, depth) => {${text}}`, inner);
}

/** Where a process may make no functions from text (`--disallow-code-generation-from-strings`), protobuf-es reads. */
function madeOf(text: string, inner: readonly unknown[]): Decoder | null {
  try {
    return new Function('UNFIT', 'inner', 'EMPTY', text)(UNFIT, inner, new Uint8Array(0)) as Decoder;
  } catch {
    return null;
  }
}

/** The message without its fields, as text. */
function emptyOf(schema: DescMessage): string {
  const members = Object.entries(create(schema)).map(([name, value]) => `${name}: ${textOf(value)}`);
  return `{ ${members.join(', ')} }`;
}

function textOf(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Uint8Array) return 'EMPTY';
  if (Array.isArray(value)) return '[]';
  return typeof value === 'object' ? '{ case: undefined }' : JSON.stringify(value);
}

/** What happens when the field's tag comes, as text. */
function caseOf(field: DescField, index: number): string | undefined {
  const read = field.fieldKind === 'map' ? undefined : readOf(field, index);
  if (!read || (field.fieldKind === 'list' && !read.isDelimited)) return undefined;
  const tag = ((field.number << 3) | (read.isDelimited ? LENGTH_DELIMITED : VARINT)) >>> 0;
  return `case ${tag}: ${takenBy(field, read.expression)} break;`;
}

/** A message that is there already would have to be merged with the new one. */
function takenBy({ fieldKind, localName, oneof, message }: DescField, value: string): string {
  if (fieldKind === 'list') return `message.${localName}.push(${value});`;
  if (oneof === undefined) {
    const merges = message ? `if (message.${localName} !== undefined) throw UNFIT; ` : '';
    return `${merges}message.${localName} = ${value};`;
  }
  const merges = message ? `if (message.${oneof.localName}.case === "${localName}") throw UNFIT; ` : '';
  return `${merges}message.${oneof.localName} = { case: "${localName}", value: ${value} };`;
}

function readOf(
  field: DescField & { fieldKind: 'scalar' | 'enum' | 'message' | 'list' },
  index: number,
): Read | undefined {
  if (field.message) {
    const isPlain = !isGivenAsValue(field.message) && !field.delimitedEncoding;
    return isPlain ? { expression: `inner[${index}](source, depth)`, isDelimited: true } : undefined;
  }
  if (field.enum) return field.enum.open ? { expression: 'source.number()', isDelimited: false } : undefined;
  if (field.longAsString === true) return undefined;
  return reads[field.scalar];
}

const reads: Readonly<Partial<Record<ScalarType, Read>>> = {
  [ScalarType.UINT32]: { expression: 'source.number()', isDelimited: false },
  [ScalarType.INT32]: { expression: 'source.number()', isDelimited: false },
  [ScalarType.UINT64]: { expression: 'BigInt(source.varint())', isDelimited: false },
  [ScalarType.INT64]: { expression: 'BigInt(source.varint())', isDelimited: false },
  [ScalarType.BOOL]: { expression: 'source.bool()', isDelimited: false },
  [ScalarType.STRING]: { expression: 'source.text()', isDelimited: true },
  [ScalarType.BYTES]: { expression: 'source.bytes()', isDelimited: true },
};

/** Some well-known types are given as plain values. */
function isGivenAsValue({ typeName }: DescMessage): boolean {
  return typeName.startsWith('google.protobuf.') && typeName !== 'google.protobuf.Timestamp';
}

/** Reads a message within another one. */
function innerOf(schema: DescMessage) {
  let decode: Decoder | undefined;
  return (source: DecodeSource, depth: number): Message => {
    decode ??= decoderOf(schema) ?? decoderOfRare(schema); // not before: it may be the very schema that is being read
    return decode(source, source.end(), depth + 1);
  };
}

/** Of a message that protobuf-es reads. Its depth begins anew. */
function decoderOfRare(schema: DescMessage): Decoder {
  return (source, end) => {
    try {
      return fromBinary(schema, source.slice(end));
    } catch {
      throw UNFIT;
    }
  };
}
