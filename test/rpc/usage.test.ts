import { describe, expect, it } from 'vitest';
import { ToolService } from '../../gen/towline/v1/tool_service_pb.ts';
import { errorInfoOf } from '../../src/rpc/failure.ts';
import type { Principal } from '../../src/rpc/principal.ts';
import { isLasting, Usage, type UsageLimits } from '../../src/rpc/usage.ts';

const peer = (n: number, more: Partial<Principal> = {}): Principal => ({
  kind: 'peer',
  name: `p${n}`,
  nodeId: new Uint8Array(32).fill(n),
  groups: new Set(),
  ...more,
});
const limits: UsageLimits = { calls: 2, streams: 1, bytesPerMinute: 60_000, quotas: new Map([['channels', 3]]) };

function reasonOf(run: () => void): string {
  try {
    run();
    return 'done';
  } catch (error) {
    const { reason, retryDelayMs } = errorInfoOf(error) ?? {};
    return retryDelayMs === undefined ? String(error) : `${reason}`;
  }
}

describe('what a caller uses', () => {
  it('is bounded for each caller by itself, calls apart from streams', () => {
    const usage = new Usage(() => limits);
    const enter = (who: Principal, isStream = false) => reasonOf(() => usage.of(who)?.enter(isStream));
    expect([enter(peer(1)), enter(peer(1)), enter(peer(1))]).toEqual(['done', 'done', 'TOO_MANY_CALLS']);
    expect([enter(peer(1), true), enter(peer(1), true)]).toEqual(['done', 'TOO_MANY_STREAMS']);
    expect(enter(peer(2))).toBe('done');
    usage.of(peer(1))?.leave(false);
    expect(enter(peer(1))).toBe('done');
  });

  it('is counted by key, whichever agent a peer names and whatever its alias', () => {
    const usage = new Usage(() => limits);
    usage.of(peer(1, { agent: 'a' }))?.enter(false);
    usage.of(peer(1, { agent: 'b', name: 'renamed' }))?.enter(false);
    expect(reasonOf(() => usage.of(peer(1))?.enter(false))).toBe('TOO_MANY_CALLS');
  });

  it('counts bytes of requests and answers; an answer is never cut, and counts against what follows', () => {
    let nowMs = 0;
    const usage = new Usage(
      () => limits,
      () => nowMs,
    );
    const used = usage.of(peer(1));
    expect(reasonOf(() => used?.take(30_000))).toBe('done');
    used?.give(90_000);
    expect(reasonOf(() => used?.take(1))).toBe('TOO_MANY_BYTES');
    nowMs += 61_000;
    expect(reasonOf(() => used?.take(1))).toBe('done');
  });

  it('is bounded anew when limits change, and what is under way stays counted', () => {
    let calls = 2;
    const usage = new Usage(() => ({ ...limits, calls }));
    usage.of(peer(1))?.enter(false);
    calls = 1;
    usage.forget();
    expect(reasonOf(() => usage.of(peer(1))?.enter(false))).toBe('TOO_MANY_CALLS');
    expect(usage.quota(peer(1), 'channels')).toBe(3);
    expect(new Usage(() => undefined).of(peer(1))).toBeUndefined();
  });

  it('takes a call of a tool for a call, and a watch for a stream', () => {
    expect([isLasting(ToolService.method.callTool), isLasting(ToolService.method.watchTools)]).toEqual([false, true]);
  });
});
