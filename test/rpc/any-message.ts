// Messages of any schema, with values around the places where their bytes change.
import { create, type DescField, type DescMessage, type Message, ScalarType } from '@bufbuild/protobuf';
import { StructSchema } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';

const bytesOf = (length: fc.Arbitrary<number>) => length.map((size) => new Uint8Array(size).fill(7));

/** Where 64-bit varints grow, and where numbers end. */
const edges = fc
  .integer({ min: 0, max: 62 })
  .chain((bits) => fc.constantFrom(2n ** BigInt(bits), 2n ** BigInt(bits) - 1n));

/** Values around every length at which a varint grows; zero values, too. */
const scalars: Partial<Record<ScalarType, fc.Arbitrary<unknown>>> = {
  [ScalarType.UINT32]: fc.oneof(fc.constantFrom(0, 0x7f, 0x80, 0x4000, 0x20_0000, 0x1000_0000, 0xffff_ffff), fc.nat()),
  [ScalarType.INT32]: fc.oneof(fc.constantFrom(0, -1, -(2 ** 31), 2 ** 31 - 1), fc.integer()),
  [ScalarType.BOOL]: fc.boolean(),
  [ScalarType.STRING]: fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ maxLength: 300 }),
    fc.constant('\ud800 lone'),
  ),
  [ScalarType.BYTES]: fc.oneof(fc.uint8Array(), bytesOf(fc.constantFrom(0, 127, 128, 16_383, 16_384))),
  [ScalarType.DOUBLE]: fc.double(),
  [ScalarType.INT64]: fc.oneof(edges, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  [ScalarType.UINT64]: fc.oneof(edges, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
};

/** Any message of the schema, `depth` messages deep. */
export function anyMessage(schema: DescMessage, depth = 3): fc.Arbitrary<Message> {
  const parts = schema.fields.flatMap((field) => {
    const value = anyValue(field, depth);
    return value ? [value.map((found) => [field, found] as const)] : [];
  });
  return fc.tuple(...parts.map((part) => fc.option(part))).map((chosen) => {
    const init: Record<string, unknown> = {};
    for (const part of chosen) {
      if (!part) continue;
      const [field, value] = part;
      if (field.oneof) init[field.oneof.localName] = { case: field.localName, value };
      else init[field.localName] = value;
    }
    return create(schema, init);
  });
}

function anyValue(field: DescField, depth: number): fc.Arbitrary<unknown> | undefined {
  if (field.fieldKind === 'map') return undefined;
  const one = anyItem(field, depth);
  return one && field.fieldKind === 'list' ? fc.array(one, { maxLength: 3 }) : one;
}

function anyItem(field: DescField, depth: number): fc.Arbitrary<unknown> | undefined {
  if (field.enum) return fc.constantFrom(...field.enum.values.map(({ number }) => number), -1, 1_000);
  if (field.message) {
    if (depth === 0 || field.message.typeName.startsWith('google.protobuf.Feature')) return undefined;
    return field.message === StructSchema ? fc.constant({ a: [1, null] }) : anyMessage(field.message, depth - 1);
  }
  return field.scalar === undefined ? undefined : scalars[field.scalar];
}
