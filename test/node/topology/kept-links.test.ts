import { describe, expect, it, vi } from 'vitest';
import { KeepReason } from '../../../gen/towline/v1/admin_service_pb.ts';
import { silentLog } from '../../../src/base/log.ts';
import { KeptLinks } from '../../../src/node/topology/kept-links.ts';
import { DIALS_AT_A_TIME, MAX_ROLE_LINKS } from '../../../src/node/topology/limits.ts';
import { nodeIdKey } from '../../../src/trust/node-id.ts';
import { newNodeId } from '../../trust/support.ts';

function world() {
  const who = {
    marked: [] as Uint8Array[],
    hubs: [] as Uint8Array[],
    owners: [] as Uint8Array[],
    members: [] as Uint8Array[],
  };
  const untrusted = new Set<string>();
  const said: [string, boolean][] = [];
  const kept = new KeptLinks({
    isTrusted: (nodeId) => !untrusted.has(nodeIdKey(nodeId)),
    marked: () => who.marked,
    hubs: () => who.hubs,
    owners: () => who.owners,
    members: () => who.members,
    keep: (nodeId, keep) => said.push([nodeIdKey(nodeId), keep]),
    log: silentLog,
  });
  const review = async (news?: Uint8Array) => {
    said.length = 0;
    kept.review(news);
    await new Promise((resolve) => setImmediate(resolve));
    return said;
  };
  return { who, untrusted, kept, review, said };
}

describe('the links that a node keeps', () => {
  it('are those to marked peers, hubs and owners, each begun once and ended when no reason is left', async () => {
    const { who, review, kept } = world();
    const [desk, nas] = [newNodeId(), newNodeId()];
    who.marked = [desk];
    who.hubs = [desk, nas];
    expect(await review()).toEqual([
      [nodeIdKey(desk), true],
      [nodeIdKey(nas), true],
    ]);
    expect(kept.reasons().get(nodeIdKey(desk))).toEqual([KeepReason.MARKED, KeepReason.HUB]);
    expect(await review()).toEqual([]);
    who.marked = [];
    who.owners = [nas];
    expect(await review()).toEqual([]);
    who.hubs = [];
    expect(await review()).toEqual([[nodeIdKey(desk), false]]);
  });

  it('are begun again at once when there is news of a peer that is kept, and of no other', async () => {
    const { who, review } = world();
    const [desk, nas] = [newNodeId(), newNodeId()];
    who.marked = [desk];
    await review();
    expect(await review(desk)).toEqual([[nodeIdKey(desk), true]]);
    expect(await review(nas)).toEqual([]);
  });

  it('go to nobody who is not trusted, and begin anew when somebody is trusted again', async () => {
    const { who, review, untrusted, kept } = world();
    const desk = newNodeId();
    who.owners = [desk];
    untrusted.add(nodeIdKey(desk));
    expect(await review()).toEqual([]);
    untrusted.clear();
    expect(await review()).toEqual([[nodeIdKey(desk), true]]);
    kept.forget(desk);
    expect(await review()).toEqual([[nodeIdKey(desk), true]]);
  });

  it('of an orchestrator go to all members, some at a time and at most so many', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const { who, review, kept } = world();
    who.members = Array.from({ length: MAX_ROLE_LINKS + 5 }, (_, n) =>
      new Uint8Array(32).fill(n % 256).fill(n >> 8, 0, 1),
    );
    expect(await review()).toHaveLength(DIALS_AT_A_TIME);
    expect(kept.reasons().size).toBe(MAX_ROLE_LINKS);
    kept.close();
    vi.useRealTimers();
  });
});
