// The bytes that links carry are those of the generated code: whatever is written by hand must be the same.
import { create, type DescMessage, type Message, toBinary } from '@bufbuild/protobuf';
import { AnySchema, DescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
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
import { anyMessage } from './any-message.ts';

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
