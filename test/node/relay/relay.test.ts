import { describe, expect, it } from 'vitest';
import { CloseReason } from '../../../gen/towline/v1/frame_pb.ts';
import { startTrio } from './member.ts';

describe('a relayed link', () => {
  it('carries calls between two nodes that both reach a hub', async () => {
    await using trio = await startTrio();
    const { left, right, hub } = trio;
    expect(await left.probe(right).echo({ text: 'ahoy' })).toMatchObject({ text: 'ahoy' });
    expect(await right.probe(left).echo({ text: 'back' })).toMatchObject({ text: 'back' });
    expect([left.linkTo(right)?.carrier, right.linkTo(left)?.carrier]).toEqual(['relay', 'relay']);
    expect([left.linkTo(right)?.via, right.linkTo(left)?.via]).toEqual([hub.nodeId, hub.nodeId]);
    expect(left.peers.byAlias('right')?.relayAlias).toBe('hub');
  });

  it('gives the hub nothing to read', async () => {
    await using trio = await startTrio();
    const { left, right, hub } = trio;
    const seen: Uint8Array[] = [];
    hub.tap = (data) => {
      seen.push(data.slice());
      return data;
    };
    const marker = 'the-marker-that-only-the-two-may-read';
    const data = Buffer.from(marker.repeat(10_000));
    const answer = await left.probe(right).echo({ text: marker, data });
    expect(Buffer.from(answer.data).equals(data)).toBe(true);
    const carried = Buffer.concat(seen);
    expect(carried.length).toBeGreaterThan(2 * data.length);
    expect(carried.includes(marker)).toBe(false);
  });

  it('ends with a clear reason when the hub alters a byte', async () => {
    await using trio = await startTrio();
    const { left, right, hub } = trio;
    await left.probe(right).echo({ text: 'before' });
    const link = left.linkTo(right);
    hub.tap = (data) => data.map((byte, index) => (index === data.length - 1 ? byte ^ 1 : byte));
    await expect(left.probe(right).echo({ text: 'after' })).rejects.toMatchObject({ code: 14 });
    const end = await link?.closed;
    expect(end?.reason).toBe(CloseReason.CARRIER_LOST);
    console.log(end, right.links.pool.history.list()[0]?.end);
  });
});
