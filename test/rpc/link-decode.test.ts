// What links bring is read as the generated code reads it: whatever is written by hand must give the same.
import { create, type DescMessage, fromBinary, type Message, toBinary } from '@bufbuild/protobuf';
import { DescriptorProtoSchema, StructSchema } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgentRefSchema } from '../../gen/towline/v1/agent_pb.ts';
import { ChannelMessageSchema } from '../../gen/towline/v1/channel_pb.ts';
import { SubscribeChannelResponseSchema } from '../../gen/towline/v1/channel_service_pb.ts';
import { OpenRequestSchema } from '../../gen/towline/v1/link_service_pb.ts';
import { SendMailRequestSchema } from '../../gen/towline/v1/mailbox_service_pb.ts';
import { CallToolResponseSchema, ListToolsResponseSchema } from '../../gen/towline/v1/tool_service_pb.ts';
import { decodeMessage } from '../../src/rpc/link-decode.ts';
import { anyMessage } from './any-message.ts';

const schemas: DescMessage[] = [
  ChannelMessageSchema,
  SubscribeChannelResponseSchema,
  OpenRequestSchema,
  SendMailRequestSchema,
  CallToolResponseSchema,
  ListToolsResponseSchema,
  StructSchema,
  DescriptorProtoSchema,
];

/** The bytes of any message that can be written. */
function anyBytes(schema: DescMessage): fc.Arbitrary<Uint8Array> {
  const written = anyMessage(schema).map((message) => {
    try {
      return new Uint8Array(toBinary(schema, message));
    } catch {
      return undefined;
    }
  });
  return written.filter((bytes) => bytes !== undefined);
}

/** The message, or why there is none. */
function outcomeOf(read: () => Message): unknown {
  try {
    return read();
  } catch (error) {
    return String(error);
  }
}

function expectSame(schema: DescMessage, bytes: Uint8Array): void {
  const found = outcomeOf(() => decodeMessage(schema, bytes));
  expect(found).toStrictEqual(outcomeOf(() => fromBinary(schema, bytes)));
}

describe('a message that a link brought', () => {
  it.each(schemas.map((schema) => [schema.typeName, schema] as const))(
    'is read as protobuf-es reads %s',
    (_, schema) => {
      fc.assert(
        fc.property(anyBytes(schema), (bytes) => expectSame(schema, bytes)),
        { numRuns: 100 },
      );
    },
  );

  it('that was cut, or changed, gives what protobuf-es makes of it', () => {
    const anywhere = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }), isCut: fc.boolean() });
    fc.assert(
      fc.property(anyBytes(ChannelMessageSchema), anywhere, (bytes, { at, byte, isCut }) => {
        const place = bytes.length === 0 ? 0 : at % bytes.length;
        const wrong = isCut || bytes.length === 0 ? bytes.subarray(0, place) : bytes.with(place, byte);
        expectSame(ChannelMessageSchema, wrong);
      }),
      { numRuns: 500 },
    );
  });

  it('in two parts is their merger', () => {
    const sender = create(AgentRefSchema, { agent: 'ann' });
    const one = toBinary(ChannelMessageSchema, create(ChannelMessageSchema, { cursor: 3n, sender }));
    const other = toBinary(
      ChannelMessageSchema,
      create(ChannelMessageSchema, { sender: { nodeId: new Uint8Array(32) } }),
    );
    expectSame(ChannelMessageSchema, new Uint8Array(Buffer.concat([one, other])));
  });

  it('keeps fields that nobody here knows', () => {
    expectSame(AgentRefSchema, Uint8Array.of(0x12, 1, 0x61, 0xf8, 0x7f, 5));
  });

  it('whose text is not UTF-8 is refused', () => {
    const bytes = Uint8Array.of(0x12, 2, 0xc3, 0x28);
    expect(() => decodeMessage(AgentRefSchema, bytes)).toThrow();
    expectSame(AgentRefSchema, bytes);
  });
});
