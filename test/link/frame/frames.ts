/** Random frames for fast-check, and the same frame as a generated message. */
import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { type CloseReason, FrameSchema, type Frame as WireFrame } from '../../../gen/towline/v1/frame_pb.ts';
import type { ErrorDetail, Frame, Metadata } from '../../../src/link/frame/frame.ts';

const uint32 = fc.oneof(fc.nat({ max: 300 }), fc.integer({ min: 0, max: 0xffff_ffff }));
const reason = fc
  .oneof(fc.nat({ max: 12 }), fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }))
  .map((value) => value as CloseReason);
const text = (maxLength: number) =>
  fc.oneof(fc.string({ maxLength }), fc.string({ maxLength: Math.min(maxLength, 200), unit: 'binary' }));
const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const data = fc.option(bytes(300), { nil: undefined });
const optionalUint32 = fc.option(uint32, { nil: undefined });

const metadata: fc.Arbitrary<readonly Metadata[]> = fc.array(fc.record({ name: text(20), value: text(120) }), {
  maxLength: 4,
});
const details: fc.Arbitrary<readonly ErrorDetail[]> = fc.array(fc.record({ type: text(30), value: bytes(200) }), {
  maxLength: 3,
});

const streamId = uint32;

/** Any frame that can be written, whether or not it keeps the rules. */
export const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({
    kind: fc.constant('open' as const),
    streamId,
    method: text(80),
    data,
    more: fc.boolean(),
    halfClose: fc.boolean(),
    timeoutMs: optionalUint32,
    creditMessages: uint32,
    creditBytes: uint32,
    metadata,
  }),
  fc.record({ kind: fc.constant('message' as const), streamId, data, more: fc.boolean(), halfClose: fc.boolean() }),
  fc.record({
    kind: fc.constant('end' as const),
    streamId,
    code: uint32,
    message: text(300),
    details,
    trailers: metadata,
    data,
  }),
  fc.record({ kind: fc.constant('credit' as const), streamId, messages: uint32, bytes: uint32 }),
  fc.record({ kind: fc.constant('cancel' as const), streamId, code: uint32 }),
  fc.record({ kind: fc.constant('headers' as const), streamId, metadata }),
  fc.record({ kind: fc.constant('hello' as const), streamId, body: bytes(200), signature: bytes(70) }),
  fc.record({ kind: fc.constant('heartbeat' as const), streamId, sequence: uint32, isAnswer: fc.boolean() }),
  fc.record({ kind: fc.constant('goAway' as const), streamId, reason, message: text(100) }),
  fc.record({
    kind: fc.constant('close' as const),
    streamId,
    reason,
    message: text(100),
    retryDelayMs: optionalUint32,
  }),
);

/** The generated message that says the same. */
export function toWire(frame: Frame): WireFrame {
  const { kind, streamId: id, ...fields } = frame;
  const present = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return create(FrameSchema, { streamId: id, kind: { case: kind, value: present } } as Parameters<
    typeof create<typeof FrameSchema>
  >[1]);
}
