// The bytes that links carry are those of the generated code: whatever is written by hand must be the same.
import { create, type DescField, type DescMessage, type Message, ScalarType, toBinary } from '@bufbuild/protobuf';
import { AnySchema, DescriptorProtoSchema, StructSchema } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinkStatusSchema } from '../../gen/towline/v1/admin_service_pb.ts';
import { ErrorInfoSchema } from '../../gen/towline/v1/error_info_pb.ts';
import { OpenRequestSchema } from '../../gen/towline/v1/link_service_pb.ts';
import {
  CallToolRequestSchema,
  CallToolResponseSchema,
  ListToolsResponseSchema,
} from '../../gen/towline/v1/tool_service_pb.ts';
import { encodeMessage } from '../../src/rpc/link-encode.ts';

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
function anyMessage(schema: DescMessage, depth = 3): fc.Arbitrary<Message> {
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

describe('a message on a link', () => {
  it.each([
    OpenRequestSchema, // numbers, flags, bytes, oneofs, lists of messages
    CallToolRequestSchema, // presence
    CallToolResponseSchema, // a message with numbers that protobuf-es writes, in one that we write
    ListToolsResponseSchema,
    LinkStatusSchema, // well-known types
    DescriptorProtoSchema, // proto2, and messages that contain themselves
  ])('is written as the generated code writes it: %s', (schema: DescMessage) => {
    fc.assert(
      fc.property(anyMessage(schema), (message) => {
        expect(attempt(() => encodeMessage(schema, message))).toBe(attempt(() => toBinary(schema, message)));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps what a newer version put into it', () => {
    const unknown = [{ no: 100, wireType: 0, data: Uint8Array.of(5) }];
    const outer = create(OpenRequestSchema, { frames: [{ streamId: 1 }] });
    outer.$unknown = unknown;
    expect(Buffer.from(encodeMessage(OpenRequestSchema, outer)).toString('hex')).toBe('0a020801a00605');
    const inner = create(OpenRequestSchema, { frames: [{ streamId: 1 }] });
    if (inner.frames[0]) inner.frames[0].$unknown = unknown;
    expect(Buffer.from(encodeMessage(OpenRequestSchema, inner)).toString('hex')).toBe('0a050801a00605');
  });

  it('may hold a map', () => {
    const info = create(ErrorInfoSchema, { reason: 'X', metadata: { a: 'b' } });
    expect(encodeMessage(ErrorInfoSchema, info)).toEqual(toBinary(ErrorInfoSchema, info));
  });

  it.each([
    ['another message', OpenRequestSchema, create(CallToolRequestSchema, { agent: 'a' })],
    ['a text for a number', AnySchema, Object.assign(create(AnySchema), { value: 'no bytes' })],
    [
      'a number for a text',
      CallToolRequestSchema,
      Object.assign(create(CallToolRequestSchema), { progress: 0, agent: 1 }),
    ],
    ['a number that is too large', OpenRequestSchema, create(OpenRequestSchema, { frames: [{ streamId: 2 ** 40 }] })],
  ])('is judged by the generated code where it is wrong: %s', (_, schema: DescMessage, message: Message) => {
    expect(attempt(() => encodeMessage(schema, message))).toEqual(attempt(() => toBinary(schema, message)));
  });

  it('has bytes of its own: a buffer of that size, and nothing of another message', () => {
    const message = create(AnySchema, { typeUrl: 'x', value: new Uint8Array(2 ** 20) });
    expect(encodeMessage(AnySchema, message).buffer.byteLength).toBe(2 ** 20 + 7);
  });
});

function attempt(act: () => Uint8Array): string {
  try {
    return Buffer.from(act()).toString('hex');
  } catch (error) {
    return String(error);
  }
}
