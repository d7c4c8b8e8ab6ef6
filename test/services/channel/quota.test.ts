// How many channels a caller may make, and how much they may keep, where the owner of the hub has said so.
import { describe, expect, it } from 'vitest';
import { errorInfoOf } from '../../../src/rpc/failure.ts';
import type { Quota } from '../../../src/services/quota.ts';
import { agent, type ChannelClient, owner, peer, reason, startHub } from './hub.ts';

const MIB = 1024 * 1024;
const make = (as: ChannelClient, name: string, maxBytes?: number) =>
  as.createChannel({ name, ...(maxBytes && { retention: { maxBytes: BigInt(maxBytes) } }) });

describe('a caller with a quota', () => {
  const channels: Quota = ({ kind }, name) => (kind !== 'owner' && name === 'channels' ? 2 : undefined);

  it('makes so many channels and no more, and another when one is gone; others have their own', async () => {
    const hub = await startHub({ quota: channels });
    const claude = hub.as(agent('claude'));
    // At the same time: what is being made counts.
    const outcomes = await Promise.all(['a', 'b', 'c'].map((name) => reason(make(claude, name))));
    expect(outcomes.toSorted()).toEqual(['QUOTA_EXCEEDED', 'it worked', 'it worked']);
    const refusal = await make(claude, 'd').catch(errorInfoOf);
    expect(refusal).toMatchObject({
      reason: 'QUOTA_EXCEEDED',
      permanent: true,
      metadata: { quota: 'channels', limit: '2' },
      help: expect.stringContaining('towline.yaml'),
    });
    expect(await reason(make(hub.as(agent('codex')), 'd'))).toBe('it worked');
    expect(await reason(make(hub.as(owner), 'e'))).toBe('it worked');
    await claude.deleteChannel({ channel: 'a' });
    expect(await reason(make(claude, 'f'))).toBe('it worked');
  });

  it('is counted by its key, whichever agent a peer names', async () => {
    const hub = await startHub({ quota: channels });
    const one = peer('desk', ['home']);
    const other = { ...one, agent: 'other' };
    expect(await reason(make(hub.as(one), 'a'))).toBe('it worked');
    expect(await reason(make(hub.as(other), 'b'))).toBe('it worked');
    expect(await reason(make(hub.as(other), 'c'))).toBe('QUOTA_EXCEEDED');
    expect(await reason(make(hub.as(peer('lab', ['home'])), 'c'))).toBe('it worked');
  });

  it('has so many bytes in all that its channels may keep; what it does not say is what is left', async () => {
    const quota: Quota = ({ kind }, name) => (kind !== 'owner' && name === 'stored_bytes' ? 10 * MIB : undefined);
    const hub = await startHub({ quota });
    const claude = hub.as(agent('claude'));
    await make(claude, 'a', 4 * MIB);
    expect(await make(claude, 'b', 7 * MIB).catch(errorInfoOf)).toMatchObject({
      reason: 'QUOTA_EXCEEDED',
      metadata: { quota: 'stored_bytes', limit: String(10 * MIB) },
    });
    const { channel } = await make(claude, 'c');
    expect(Number(channel?.channel?.retention?.maxBytes)).toBe(6 * MIB);
    expect(await reason(make(claude, 'd'))).toBe('QUOTA_EXCEEDED');
    await claude.deleteChannel({ channel: 'a' });
    expect(await reason(make(claude, 'd', MIB))).toBe('it worked');
    const ofOwner = await make(hub.as(owner), 'e');
    expect(Number(ofOwner.channel?.channel?.retention?.maxBytes)).toBe(1024 * MIB);
  });
});
