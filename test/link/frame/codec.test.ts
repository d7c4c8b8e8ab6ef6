import { fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameSchema } from '../../../gen/towline/v1/frame_pb.ts';
import { OpenRequestSchema } from '../../../gen/towline/v1/link_service_pb.ts';
import { Breach } from '../../../src/link/breach.ts';
import { decodeFrame, eachFrame } from '../../../src/link/frame/decode.ts';
import { encodeFrame, packedSize, packFrame } from '../../../src/link/frame/encode.ts';
import type { Frame } from '../../../src/link/frame/frame.ts';
import { Writer } from '../../../src/link/frame/writer.ts';
import { anyFrame, toWire } from './frames.ts';

function pack(frames: readonly Frame[]): Uint8Array {
  const writer = new Writer(Buffer.alloc(frames.reduce((sum, frame) => sum + packedSize(frame), 0)));
  for (const frame of frames) packFrame(writer, frame);
  expect(writer.position).toBe(writer.buffer.length);
  return new Uint8Array(writer.buffer);
}

/** The frame, or `undefined` when it was refused as it should be: with a `Breach`. */
function decodeOrBreach(bytes: Uint8Array): Frame | undefined {
  try {
    return decodeFrame(bytes);
  } catch (error) {
    if (error instanceof Breach) return undefined;
    throw error;
  }
}

const plain = (message: ReturnType<typeof toWire>) => JSON.parse(JSON.stringify(strip(message)));

/** Without unknown fields, which the hand-written decoder skips. */
function strip(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (name === '$unknown' ? [] : [[name, strip(inner)]])),
  );
}

describe('the frame codec', () => {
  it('writes the bytes that the generated code writes', () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        expect(Buffer.from(encodeFrame(frame))).toEqual(Buffer.from(toBinary(FrameSchema, toWire(frame))));
      }),
      { numRuns: 5_000 },
    );
  });

  it('reads what the generated code wrote', () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        expect(plain(toWire(decodeFrame(toBinary(FrameSchema, toWire(frame)))))).toEqual(
          plain(toWire(wellFormed(frame))),
        );
      }),
      { numRuns: 5_000 },
    );
  });

  it('packs frames as the packet of the schema', () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 5 }), (frames) => {
        const packet = fromBinary(OpenRequestSchema, pack(frames));
        expect(packet.frames.map(plain)).toEqual(frames.map((frame) => plain(toWire(wellFormed(frame)))));
      }),
      { numRuns: 500 },
    );
  });

  it('skips fields that it does not know, at every level', () => {
    const unknown = Buffer.from('a00601a1060102030405060708aa0603010203ad0601020304', 'hex');
    const message = Buffer.concat([Buffer.from('0a0161', 'hex'), unknown]);
    const frame = Buffer.concat([Buffer.from([0x08, 7, 0x1a, message.length]), message, unknown]);
    expect(decodeFrame(frame)).toMatchObject({ kind: 'message', streamId: 7, data: Uint8Array.of(0x61) });
    const packet = Buffer.concat([unknown, Buffer.from([0x0a, frame.length]), frame, unknown]);
    const seen: Frame[] = [];
    eachFrame(packet, (one) => seen.push(one) > 0);
    expect(seen).toMatchObject([{ kind: 'message', streamId: 7 }]);
  });

  it('joins a kind that comes twice, and lets a later kind replace an earlier one', () => {
    fc.assert(
      fc.property(anyFrame, anyFrame, (first, second) => {
        const bytes = Buffer.concat([encodeFrame(first), encodeFrame(second)]);
        expect(plain(toWire(decodeFrame(bytes)))).toEqual(plain(fromBinary(FrameSchema, bytes)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('refuses a frame that says nothing', () => {
    expect(() => decodeFrame(Uint8Array.of(0x08, 1))).toThrow(Breach);
  });

  it.each([
    ['a varint of eleven bytes', '08ffffffffffffffffffffff01'],
    ['a length beyond the end', '0801' + '1a05' + '0a0161'],
    ['a field inside that is longer than its message', '1a030a0561626364'],
    ['a string that is not UTF-8', '12040a02c328'],
    ['a group', '1a021314'],
    ['field number zero', '0001'],
    ['a known field with another wire type', '0a0101' + '1a00'],
    ['a cut-off fixed64', '1a00' + 'a1060102'],
  ])('refuses %s', (_, hex) => {
    expect(() => decodeFrame(Buffer.from(hex, 'hex'))).toThrow(Breach);
  });

  it('refuses a packet with more frames than the schema allows', () => {
    const heartbeat = Buffer.from([0x0a, 2, 0x4a, 0]);
    const packet = Buffer.concat(Array.from({ length: 65_537 }, () => heartbeat));
    let count = 0;
    expect(() => eachFrame(packet, () => ++count > 0)).toThrow(Breach);
    expect(count).toBe(65_536);
  });

  it('survives 60,000 mutations, and agrees with the generated decoder wherever it accepts', () => {
    let accepted = 0;
    const mutation = fc.record({
      at: fc.nat(),
      byte: fc.nat({ max: 255 }),
      kind: fc.constantFrom('set', 'set', 'set', 'set', 'cut', 'add'),
    });
    fc.assert(
      fc.property(anyFrame, fc.array(mutation, { minLength: 1, maxLength: 2 }), (frame, mutations) => {
        const bytes = mutations.reduce(mutate, encodeFrame(frame));
        const decoded = decodeOrBreach(bytes);
        if (decoded === undefined) return;
        accepted++;
        expect(plain(toWire(decoded))).toEqual(plain(fromBinary(FrameSchema, bytes)));
      }),
      { numRuns: 60_000 },
    );
    expect(accepted).toBeGreaterThan(5_000);
  }, 120_000);

  it('survives bytes that never were a frame', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        decodeOrBreach(bytes);
        try {
          eachFrame(bytes, () => true);
        } catch (error) {
          expect(error).toBeInstanceOf(Breach);
        }
      }),
      { numRuns: 20_000 },
    );
  });
});

function mutate(bytes: Uint8Array, change: { at: number; byte: number; kind: string }): Uint8Array {
  const at = bytes.length === 0 ? 0 : change.at % bytes.length;
  if (change.kind === 'cut') return bytes.slice(0, at);
  if (change.kind === 'add')
    return Buffer.concat([bytes.subarray(0, at), Uint8Array.of(change.byte), bytes.subarray(at)]);
  const copy = bytes.slice();
  if (copy.length > 0) copy[at] = change.byte;
  return copy;
}

/** Halves of surrogate pairs cannot be written in UTF-8: both encoders write the replacement character. */
function wellFormed<T>(value: T): T {
  if (typeof value === 'string') return value.toWellFormed() as T;
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(wellFormed) as T;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, wellFormed(inner)])) as T;
}
