import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import { Breach } from '../../src/link/breach.ts';
import { END_FLAG, EnvelopeReader, envelopeOf, PACKET_FLAG } from '../../src/link/envelope.ts';

const maxBytes = 1_000;

function readAll(chunks: Iterable<Uint8Array>) {
  const seen: [number, string][] = [];
  const reader = new EnvelopeReader((flag, payload) => seen.push([flag, payload.toString('hex')]), maxBytes);
  for (const chunk of chunks) reader.push(Buffer.from(chunk));
  return { seen, isBetween: reader.isBetween };
}

function breachOf(bytes: Buffer): CloseReason | undefined {
  try {
    readAll([bytes]);
    return undefined;
  } catch (error) {
    return error instanceof Breach ? error.closeReason : undefined;
  }
}

describe('envelopes', () => {
  it('come out as they went in, wherever the bytes are cut', () => {
    const payloads = fc.array(fc.tuple(fc.constantFrom(PACKET_FLAG, END_FLAG), fc.uint8Array({ maxLength: 100 })));
    fc.assert(
      fc.property(payloads, fc.array(fc.nat(20), { minLength: 1 }), (sent, cuts) => {
        const bytes = Buffer.concat(sent.map(([flag, payload]) => envelopeOf(flag, payload)));
        const chunks: Buffer[] = [];
        for (let at = 0, index = 0; at < bytes.length; index++) {
          const length = (cuts[index % cuts.length] ?? 0) + 1;
          chunks.push(bytes.subarray(at, at + length));
          at += length;
        }
        const { seen, isBetween } = readAll(chunks);
        expect(seen).toEqual(sent.map(([flag, payload]) => [flag, Buffer.from(payload).toString('hex')]));
        expect(isBetween).toBe(true);
      }),
    );
  });

  it('that are too large are refused at their header, before the payload comes', () => {
    const header = envelopeOf(PACKET_FLAG, new Uint8Array(maxBytes + 1)).subarray(0, 5);
    expect(breachOf(header)).toBe(CloseReason.LIMIT_EXCEEDED);
    expect(breachOf(envelopeOf(PACKET_FLAG, new Uint8Array(maxBytes)))).toBeUndefined();
  });

  it('that are compressed, or of an unknown kind, are refused', () => {
    for (const flag of [0x01, 0x03, 0x80])
      expect(breachOf(envelopeOf(flag, new Uint8Array(1)))).toBe(CloseReason.PROTOCOL_ERROR);
  });

  it('that are cut short are noticed', () => {
    expect(readAll([envelopeOf(PACKET_FLAG, new Uint8Array(9)).subarray(0, 8)]).isBetween).toBe(false);
  });
});
