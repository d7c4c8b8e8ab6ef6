import { createValidator } from '@bufbuild/protovalidate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CloseReason, FrameSchema } from '../../../gen/towline/v1/frame_pb.ts';
import { Breach } from '../../../src/link/breach.ts';
import type { EndFrame, Frame, HelloFrame, Metadata, OpenFrame } from '../../../src/link/frame/frame.ts';
import { checkFrame } from '../../../src/link/frame/rules.ts';
import { anyFrame, toWire } from './frames.ts';

const validator = createValidator();

function schemaAllows(frame: Frame): boolean {
  const result = validator.validate(FrameSchema, toWire(frame));
  if (result.kind === 'error') throw result.error;
  return result.kind === 'valid';
}

function codeAllows(frame: Frame): boolean {
  try {
    checkFrame(frame);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(Breach);
    return false;
  }
}

const open: OpenFrame = {
  kind: 'open',
  streamId: 1,
  method: 'a.B/C',
  data: undefined,
  more: false,
  halfClose: false,
  timeoutMs: undefined,
  creditMessages: 1,
  creditBytes: 1,
  metadata: [],
};
const end: EndFrame = { kind: 'end', streamId: 1, code: 0, message: '', details: [], trailers: [], data: undefined };
const hello: HelloFrame = { kind: 'hello', streamId: 0, body: new Uint8Array(1), signature: new Uint8Array(64) };
const goAway = { kind: 'goAway', streamId: 0, reason: CloseReason.SHUTDOWN } as const;
const close = { kind: 'close', streamId: 0, reason: CloseReason.SHUTDOWN, retryDelayMs: undefined } as const;
const entries = (count: number): Metadata[] => Array.from({ length: count }, () => ({ name: 'n', value: '' }));
const details = (count: number, type = 't', bytes = 0) =>
  Array.from({ length: count }, () => ({ type, value: new Uint8Array(bytes) }));

/** Each limit of the schema, at the edge and one beyond, in ASCII and in characters of two UTF-16 units. */
const edges: Frame[] = [
  ...[0, 2, 3, 256, 257].flatMap((length) => [
    { ...open, method: 'm'.repeat(length) },
    { ...open, method: '😀'.repeat(length) },
  ]),
  ...[0, 65_536, 65_537].flatMap((length) => [
    { ...open, data: new Uint8Array(length) },
    { ...end, data: new Uint8Array(length) },
    { kind: 'message' as const, streamId: 1, data: new Uint8Array(length), more: false, halfClose: false },
  ]),
  ...[128, 129].flatMap((count) => [
    { ...open, metadata: entries(count) },
    { ...end, trailers: entries(count) },
    { kind: 'headers' as const, streamId: 1, metadata: entries(count) },
  ]),
  ...[0, 1, 256, 257].map((length) => ({ ...open, metadata: [{ name: 'n'.repeat(length), value: '' }] })),
  { ...open, metadata: [{ name: 'n', value: 'v'.repeat(16_383) }] },
  ...[16, 17].flatMap((code) => [
    { ...end, code },
    { kind: 'cancel' as const, streamId: 1, code },
  ]),
  ...[16_384, 16_385].flatMap((length) => [
    { ...end, message: 'm'.repeat(length) },
    { ...end, message: '😀'.repeat(length) },
  ]),
  ...[16, 17].map((count) => ({ ...end, details: details(count) })),
  ...[256, 257].map((length) => ({ ...end, details: details(1, 't'.repeat(length)) })),
  ...[65_536, 65_537].map((length) => ({ ...end, details: details(1, 't', length) })),
  ...[0, 1, 16_384, 16_385].map((length) => ({ ...hello, body: new Uint8Array(length) })),
  ...[63, 64, 65].map((length) => ({ ...hello, signature: new Uint8Array(length) })),
  ...[1_024, 1_025].flatMap((length) => [
    { ...goAway, message: 'm'.repeat(length) },
    { ...close, message: '😀'.repeat(length) },
  ]),
];

describe('the rules of frames', () => {
  it.each(edges.map((frame, index) => [index, frame.kind, frame] as const))(
    'agree with the schema at edge %i (%s)',
    (_, __, frame) => {
      expect(codeAllows(frame)).toBe(schemaAllows(frame));
    },
  );

  it('agree with the schema on random frames', () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        expect(codeAllows(frame)).toBe(schemaAllows(frame));
      }),
      { numRuns: 3_000 },
    );
  });

  it('refuse metadata of more than 16 KiB in all, which the schema says in words', () => {
    const half = { name: 'name', value: 'v'.repeat(8_188) };
    expect(codeAllows({ ...open, metadata: [half, half] })).toBe(true);
    expect(codeAllows({ ...open, metadata: [half, half, { name: 'n', value: '' }] })).toBe(false);
  });
});
