/** What a message weighs for the limits of its caller: bytes of texts and binary fields; what else there is in it is small. */
import type { DescField, DescMessage, DescOneof, Message } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import { bytesOf } from './encoded.ts';

type Values = Record<string, unknown>;
type Weigher = (message: Values) => number;

const weighers = new WeakMap<DescMessage, readonly Weigher[]>();

/** A text counts a byte for each of its UTF-16 units. */
export function weightOf(schema: DescMessage, message: Message): number {
  const bytes = bytesOf(message); // nobody has read it, and this is no reason to
  if (bytes) return bytes.length;
  let weight = 0;
  for (const weigh of weighersOf(schema)) weight += weigh(message as unknown as Values);
  return weight;
}

/** Well-known types that are given as plain values have none of the members of their schema. */
function weighersOf(schema: DescMessage): readonly Weigher[] {
  let found = weighers.get(schema);
  if (found === undefined) {
    found = schema.members.map(weigher).filter((weigh) => weigh !== undefined);
    weighers.set(schema, found);
  }
  return found;
}

function weigher(member: DescField | DescOneof): Weigher | undefined {
  const { localName } = member;
  if (member.kind === 'oneof') {
    const values = new Map(member.fields.map((field) => [field.localName, valueWeigher(field)]));
    return (message) => {
      const chosen = message[localName] as { case?: string; value?: unknown };
      return chosen.case === undefined ? 0 : (values.get(chosen.case)?.(chosen.value) ?? 0);
    };
  }
  const weigh = valueWeigher(member);
  if (weigh === undefined) return undefined;
  switch (member.fieldKind) {
    case 'list':
      return (message) => sum((message[localName] ?? []) as unknown[], weigh);
    case 'map':
      return (message) => {
        const entries = (message[localName] ?? {}) as Values;
        return sum(Object.keys(entries), lengthOf) + sum(Object.values(entries), weigh);
      };
    default:
      return (message) => weigh(message[localName]);
  }
}

/** `undefined` for values of a fixed size. */
function valueWeigher(field: DescField): ((value: unknown) => number) | undefined {
  const { message, scalar } = field;
  if (message) return (value) => (value === undefined ? 0 : weightOf(message, value as Message));
  const isLong = scalar === ScalarType.STRING || scalar === ScalarType.BYTES;
  if (isLong) return lengthOf;
  return field.fieldKind === 'map' ? () => 0 : undefined;
}

function lengthOf(value: unknown): number {
  return (value as string | Uint8Array | undefined)?.length ?? 0;
}

function sum(values: readonly unknown[], weigh: (value: unknown) => number): number {
  let weight = 0;
  for (const value of values) weight += weigh(value);
  return weight;
}
