import { describe, expect, it } from 'vitest';
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import { ENVELOPE_HEADER_BYTES, envelopeOf } from '../../src/link/envelope.ts';
import type { Frame } from '../../src/link/frame/frame.ts';
import { PACKET_BYTES } from '../../src/link/limits.ts';
import type { Link } from '../../src/link/link.ts';
import { usedBytes } from '../support/memory.ts';
import { heartbeatAnswered, openFrame, packet, RawPeer } from './raw-peer.ts';

const MIB = 1024 * 1024;

/** Holds on to all that arrives and reads nothing: a service that is slow. */
function hoard(link: Link): Uint8Array[] {
  const held: Uint8Array[] = [];
  link.accept(() => ({ onMessage: (data) => void held.push(data), onEnd: () => undefined }));
  return held;
}

/** The frame in a packet of the largest size: the rest is a field that nobody knows. */
function padded(frame: Frame): Buffer {
  const frames = packet(frame).subarray(ENVELOPE_HEADER_BYTES);
  const filling = PACKET_BYTES - frames.length - 5;
  const tag = Buffer.of(0x12, (filling & 0x7f) | 0x80, ((filling >> 7) & 0x7f) | 0x80, filling >> 14);
  return envelopeOf(0, Buffer.concat([frames, tag, Buffer.alloc(filling)]));
}

describe('a peer makes its victim hold', () => {
  it('no packets of 1 MiB by messages of one byte', async () => {
    const peer = new RawPeer();
    const link = await peer.open();
    const held = hoard(link);
    const before = await usedBytes();
    for (const streamId of [1, 3, 5, 7]) {
      peer.send(openFrame(streamId));
      for (let count = 0; count < 32; count++) {
        peer.sendBytes(padded({ kind: 'message', streamId, data: Uint8Array.of(1), more: false, halfClose: false }));
      }
    }
    await heartbeatAnswered(peer);
    expect(held).toHaveLength(128);
    expect((await usedBytes()) - before).toBeLessThan(24 * MIB);
    link.close(CloseReason.REQUESTED, 'enough');
  });

  it('no room for 4,096 large messages of which it sends one byte', async () => {
    const peer = new RawPeer();
    const link = await peer.open();
    hoard(link);
    const before = await usedBytes();
    const opens = Array.from({ length: 4_096 }, (_, index) => {
      return openFrame(2 * index + 1, { data: Uint8Array.of(1), more: true });
    });
    peer.send(...opens);
    await heartbeatAnswered(peer);
    expect(link.counters().streams).toBe(4_096);
    expect((await usedBytes()) - before).toBeLessThan(24 * MIB);
    link.close(CloseReason.REQUESTED, 'enough');
  });

  it('no calls that it opens and gives up at once, and no answers to them', async () => {
    const peer = new RawPeer();
    const link = await peer.open();
    hoard(link);
    const before = await usedBytes();
    for (let first = 1; first < 400_000; first += 20_000) {
      const frames: Frame[] = [];
      for (let streamId = first; streamId < first + 20_000; streamId += 2) {
        frames.push(openFrame(streamId, { method: 'a.B' }), { kind: 'cancel', streamId, code: 1 });
      }
      peer.send(...frames);
      await heartbeatAnswered(peer);
    }
    expect(link.counters().streams).toBe(0);
    expect((await usedBytes()) - before).toBeLessThan(24 * MIB);
    link.close(CloseReason.REQUESTED, 'enough');
  });
});
