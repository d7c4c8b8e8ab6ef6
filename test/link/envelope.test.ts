import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import { END_FLAG, EnvelopeReader, envelopeOf, PACKET_FLAG } from '../../src/link/envelope.ts';

function readAll(chunks: readonly Uint8Array[], maxBytes?: number): [number, string][] {
  const seen: [number, string][] = [];
  const reader = new EnvelopeReader((flag, payload) => seen.push([flag, payload.toString('hex')]), maxBytes);
  for (const chunk of chunks) reader.push(Buffer.from(chunk));
  expect(reader.isBetween).toBe(true);
  return seen;
}

/** Cuts bytes at the given places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

describe('envelopes', () => {
  it('are read the same however the bytes are cut', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 5 });
    fc.assert(
      fc.property(payloads, fc.array(fc.nat(), { maxLength: 12 }), (all, places) => {
        const bytes = Buffer.concat(all.map((payload) => envelopeOf(PACKET_FLAG, payload)));
        expect(readAll(cut(bytes, places))).toEqual(all.map((one) => [PACKET_FLAG, Buffer.from(one).toString('hex')]));
      }),
    );
  });

  it('are read when every byte comes alone', () => {
    const bytes = Buffer.concat([envelopeOf(PACKET_FLAG, Buffer.from('abc')), envelopeOf(END_FLAG, Buffer.from('{}'))]);
    expect(readAll([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual([
      [PACKET_FLAG, '616263'],
      [END_FLAG, '7b7d'],
    ]);
  });

  it('pass the limit when they are longer, before any of it is held', () => {
    const header = Buffer.from([0, 0x7f, 0xff, 0xff, 0xff]);
    expect(() => readAll([header])).toThrow(expect.objectContaining({ closeReason: CloseReason.LIMIT_EXCEEDED }));
    expect(readAll([envelopeOf(0, Buffer.alloc(10))], 10)).toHaveLength(1);
    expect(() => readAll([envelopeOf(0, Buffer.alloc(11))], 10)).toThrow('a packet of 11 bytes; 10 are allowed');
  });

  it.each([1, 3, 4, 0x80, 0xff])('are refused with the unknown flag %i', (flag) => {
    const bytes = Buffer.from([flag, 0, 0, 0, 0]);
    expect(() => readAll([bytes])).toThrow(expect.objectContaining({ closeReason: CloseReason.PROTOCOL_ERROR }));
  });

  it('know that they are cut off', () => {
    const reader = new EnvelopeReader(() => undefined);
    reader.push(Buffer.from([0, 0, 0]));
    expect(reader.isBetween).toBe(false);
    reader.push(Buffer.from([0, 2, 1]));
    expect(reader.isBetween).toBe(false);
    reader.push(Buffer.from([1]));
    expect(reader.isBetween).toBe(true);
  });
});

describe('a packet that came in parts', () => {
  const packet = (byte: number) => envelopeOf(PACKET_FLAG, Buffer.alloc(200_000, byte));

  /** Sends two packets, each in two parts, to one who answers what `isKept` says. Gives what it has got in the end. */
  function readTwo(isKept: boolean): Set<number>[] {
    const seen: Buffer[] = [];
    const reader = new EnvelopeReader((_, payload) => {
      seen.push(payload);
      return isKept;
    });
    for (const byte of [1, 2]) {
      reader.push(packet(byte).subarray(0, 1_000));
      reader.push(packet(byte).subarray(1_000));
    }
    return seen.map((payload) => new Set(payload));
  }

  it('stays as it is for whoever keeps something of it', () => {
    expect(readTwo(true)).toEqual([new Set([1]), new Set([2])]);
  });

  it('makes room for the next one when nothing of it is kept', () => {
    expect(readTwo(false)).toEqual([new Set([2]), new Set([2])]);
  });
});
