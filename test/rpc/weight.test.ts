import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { ErrorInfoSchema } from '../../gen/towline/v1/error_info_pb.ts';
import {
  CallToolRequestSchema,
  CallToolResponseSchema,
  ListToolsResponseSchema,
} from '../../gen/towline/v1/tool_service_pb.ts';
import { encoded } from '../../src/rpc/encoded.ts';
import { weightOf } from '../../src/rpc/weight.ts';

describe('what a message weighs', () => {
  it('is its texts and bytes, wherever they stand, and neither names nor numbers', () => {
    const request = {
      tool: { node: 'ab', upstream: 'cde', name: 'f' },
      argumentsJson: '{}',
      requestId: new Uint8Array(3),
    };
    expect(weightOf(CallToolRequestSchema, create(CallToolRequestSchema, request))).toBe(11);
    const event = { case: 'result', value: { resultJson: 'x'.repeat(100), isError: true } } as const;
    expect(weightOf(CallToolResponseSchema, create(CallToolResponseSchema, { event }))).toBe(100);
    expect(weightOf(CallToolResponseSchema, create(CallToolResponseSchema))).toBe(0);
    const tools = [{ ref: { name: 'abcd' } }, { ref: { name: 'e' }, share: ['f'] }];
    expect(weightOf(ListToolsResponseSchema, create(ListToolsResponseSchema, { tools }))).toBe(6);
    const info = create(ErrorInfoSchema, { reason: 'R', metadata: { limit: '10' } });
    expect(weightOf(ErrorInfoSchema, info)).toBe(8);
  });

  it('is that of its bytes where nobody has read them', () => {
    const bytes = toBinary(CallToolResponseSchema, create(CallToolResponseSchema));
    expect(weightOf(CallToolResponseSchema, encoded(CallToolResponseSchema, new Uint8Array([...bytes, 8, 1])))).toBe(2);
  });
});
