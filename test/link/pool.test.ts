import { afterEach, describe, expect, it, vi } from 'vitest';
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import { LocalError } from '../../src/base/errors.ts';
import { memoryCarriers } from '../../src/link/carrier/memory.ts';
import type { Link } from '../../src/link/link.ts';
import { dialLink } from '../../src/link/open.ts';
import { type LinkEvent, LinkPool } from '../../src/link/pool.ts';
import { Redial } from '../../src/link/redial.ts';
import { Accepted, bytesOf, call, linkServer, optionsOf, serveEcho, type TestNode, testNode } from './support.ts';

/** A node with a pool, that can be dialed by others of its kind in memory. */
class Member {
  readonly events: LinkEvent[] = [];
  readonly pool: LinkPool;
  node: TestNode;
  isUp = true;
  dials = 0;

  constructor(readonlyPeers: Map<string, Member>, node = testNode()) {
    this.node = node;
    readonlyPeers.set(key(node.nodeId), this);
    this.pool = new LinkPool({
      nodeId: node.nodeId,
      dial: (nodeId, signal) => this.dial(readonlyPeers.get(key(nodeId)), signal),
      onEvent: (event) => {
        this.events.push(event);
        if (event.kind === 'open') serveEcho(event.link);
      },
    });
  }

  /** Dials a member, directly or (`via`) relayed; the member's pool adopts the link. */
  async dial(peer: Member | undefined, signal?: AbortSignal, via?: Uint8Array): Promise<Link> {
    this.dials++;
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (!peer?.isUp) throw new LocalError('LINK_UNREACHABLE', 'nobody is there');
    const carriers = memoryCarriers(this.node.nodeId, peer.node.nodeId);
    const accepted = new Accepted();
    const relay = via ? { kind: 'relay' as const, via } : {};
    const facts = { ...carriers.accepted, ...relay };
    linkServer(accepted, optionsOf(peer.node), () => facts).emit('connection', carriers.accepted.stream);
    void accepted.next().then((link) => peer.pool.adopt(link));
    return dialLink({ ...carriers.dialed, ...relay }, optionsOf(this.node), signal);
  }

  kinds(): string[] {
    return this.events.map(({ kind }) => kind);
  }
}

const key = (nodeId: Uint8Array) => Buffer.from(nodeId).toString('hex');
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const unary = { data: bytesOf('x'), halfClose: true };

/** Some node that relays. */
const hub = testNode().nodeId;

const members: Member[] = [];

/** Two nodes; the first has the lower id. */
function twoMembers(): [Member, Member] {
  const peers = new Map<string, Member>();
  const [low, high] = [testNode(), testNode()].sort((a, b) => Buffer.compare(a.nodeId, b.nodeId));
  const pair: [Member, Member] = [new Member(peers, low), new Member(peers, high)];
  members.push(...pair);
  return pair;
}

afterEach(async () => {
  for (const member of members) member.isUp = false;
  await Promise.all(members.splice(0).map(({ pool }) => pool.close()));
});

describe('the pool of links', () => {
  it('dials a peer when its link is first wanted, once for all who want it', async () => {
    const [one, two] = twoMembers();
    const links = await Promise.all([one.pool.linkTo(two.node.nodeId), one.pool.linkTo(two.node.nodeId)]);
    expect(links[0]).toBe(links[1]);
    expect(one.pool.linkTo(two.node.nodeId)).toBe(links[0]);
    expect([one.dials, one.kinds()]).toEqual([1, ['connecting', 'open']]);
  });

  it('uses the link that the peer dialed', async () => {
    const [one, two] = twoMembers();
    await two.pool.linkTo(one.node.nodeId);
    const link = await one.pool.linkTo(two.node.nodeId);
    expect([link.dialed, one.dials]).toEqual([false, 0]);
  });

  it('keeps the one that the lower node id dialed when both dial at once', async () => {
    for (let round = 0; round < 5; round++) {
      const [low, high] = twoMembers();
      const [a, b] = await Promise.all([low.pool.linkTo(high.node.nodeId), high.pool.linkTo(low.node.nodeId)]);
      expect((await call(a, 'a.B/C', unary).seen).status.lost).toBe(false);
      expect((await call(b, 'a.B/C', unary).seen).status.lost).toBe(false);
      await sleep(50);
      expect(low.pool.links().map(({ dialed }) => dialed)).toEqual([true]);
      expect(high.pool.links().map(({ dialed }) => dialed)).toEqual([false]);
      expect(low.pool.history.list().map(({ end }) => end.reason)).toEqual([CloseReason.DUPLICATE]);
      expect(high.pool.history.list().map(({ end }) => end.reason)).toEqual([CloseReason.DUPLICATE]);
    }
  });

  it('lets the calls of the link that goes end first', async () => {
    const [low, high] = twoMembers();
    const old = await high.pool.linkTo(low.node.nodeId);
    const held = call(old, 'a.B/C');
    await sleep(10);
    high.pool.adopt(await low.dial(undefined).catch(() => low.dial(high)));
    await sleep(30);
    held.stream.send(bytesOf('late'), true);
    expect((await held.seen).status).toMatchObject({ code: 0, lost: false });
  });

  it('takes the newer link of a peer that started anew', async () => {
    const [low, high] = twoMembers();
    const old = await low.pool.linkTo(high.node.nodeId);
    high.node = { ...high.node, instanceId: new Uint8Array(16) };
    const fresh = await high.dial(low);
    await sleep(30);
    expect(low.pool.links()).toHaveLength(1);
    expect(low.pool.links()[0]).not.toBe(old);
    expect((await old.closed).reason).toBe(CloseReason.DUPLICATE);
    fresh.close(CloseReason.REQUESTED, '');
  });

  it.each([
    ['a direct link', undefined, hub],
    ['a relayed link', hub, undefined],
  ])('keeps the direct one of two that open at once when %s comes first', async (_what, first, second) => {
    // Whoever dialed which: the lower id has no say between a direct link and a relayed one.
    for (const turned of [false, true]) {
      const [one, two] = turned ? twoMembers().reverse() : twoMembers();
      if (!one || !two) throw new Error('there are two');
      one.pool.adopt(await one.dial(two, undefined, first));
      two.pool.adopt(await two.dial(one, undefined, second));
      await sleep(50);
      for (const { pool } of [one, two]) {
        expect(pool.links().map(({ via }) => via)).toEqual([undefined]);
        expect(pool.history.list().map(({ facts, end }) => [facts.via, end.reason])).toEqual([
          [hub, CloseReason.DUPLICATE],
        ]);
      }
    }
  });

  it('takes the relayed link of a peer to which the direct one is dead', async () => {
    const [one, two] = twoMembers();
    let nowMs = Date.now();
    const later = vi.spyOn(Date, 'now').mockImplementation(() => nowMs);
    const dead = await one.pool.linkTo(two.node.nodeId);
    nowMs += 6_000;
    const relayed = await two.dial(one, undefined, hub);
    await expect.poll(() => one.pool.links().map(({ via }) => via)).toEqual([hub]);
    expect((await dead.closed).reason).toBe(CloseReason.DUPLICATE);
    later.mockRestore();
    relayed.close(CloseReason.REQUESTED, '');
  });

  it('keeps at most four links of a peer that make way, however many it opens', async () => {
    const [low, high] = twoMembers();
    const first = await high.dial(low);
    const held = call(first, 'a.B/C');
    await sleep(10);
    const more: Link[] = [];
    for (let count = 0; count < 6; count++) {
      const link = await high.dial(low);
      call(link, 'a.B/C');
      more.push(link);
      await sleep(10);
    }
    expect(await first.closed).toMatchObject({ reason: CloseReason.DUPLICATE, remote: true });
    expect((await held.seen).status).toMatchObject({ code: 14, lost: true });
    await expect.poll(() => low.pool.history.list().length).toBe(2);
    expect(low.pool.links()).toHaveLength(1);
    for (const link of more) link.close(CloseReason.REQUESTED, 'the test is over');
  });

  it('opens a kept link again when it is lost, and one that is not kept only when wanted', async () => {
    const [one, two] = twoMembers();
    one.pool.keep(two.node.nodeId, true);
    await expect.poll(() => one.pool.links().length).toBe(1);
    one.pool.links()[0]?.close(CloseReason.CARRIER_LOST, 'a fault');
    await expect.poll(() => one.kinds()).toEqual(['connecting', 'open', 'closed', 'connecting', 'open']);
    one.pool.keep(two.node.nodeId, false);
    one.pool.links()[0]?.close(CloseReason.CARRIER_LOST, 'a fault');
    await sleep(400);
    expect(one.pool.links()).toEqual([]);
    await one.pool.linkTo(two.node.nodeId);
    expect(one.dials).toBe(3);
  });

  it('opens a kept link again when the peer lets it go, and does not wait for its last call', async () => {
    const [one, two] = twoMembers();
    one.pool.keep(two.node.nodeId, true);
    await expect.poll(() => two.pool.links().length).toBe(1);
    const [old] = one.pool.links();
    if (!old) throw new Error('there is a link');
    const held = call(old, 'a.B/C');
    await sleep(10);
    void two.pool.links()[0]?.drain(CloseReason.DUPLICATE, 'there is another, it says');
    await expect.poll(() => one.pool.usable(two.node.nodeId) ?? old).not.toBe(old);
    held.stream.send(bytesOf('late'), true);
    expect((await held.seen).status).toMatchObject({ code: 0, lost: false });
    expect(one.dials).toBe(2);
  });

  it('does not open it again before a peer that shuts down has gone', async () => {
    const [one, two] = twoMembers();
    one.pool.keep(two.node.nodeId, true);
    await expect.poll(() => two.pool.links().length).toBe(1);
    const held = call(one.pool.links()[0] as Link, 'a.B/C');
    await sleep(10);
    void two.pool.links()[0]?.drain(CloseReason.SHUTDOWN, 'it shuts down');
    await sleep(400);
    expect(one.dials).toBe(1);
    held.stream.send(bytesOf('late'), true);
    await expect.poll(() => one.dials).toBe(2);
  });

  describe('that is to be replaced', () => {
    it('makes way for a new one', async () => {
      const [low, high] = twoMembers();
      const later = vi.spyOn(Date, 'now').mockImplementation(() => 0);
      const old = await low.pool.linkTo(high.node.nodeId);
      later.mockRestore();
      await high.pool.renew(high.pool.links()[0] as Link);
      await expect.poll(() => [low, high].map(({ pool }) => pool.all().length)).toEqual([1, 1]);
      expect((await old.closed).reason).toBe(CloseReason.DUPLICATE);
      expect(high.pool.links()[0]?.dialed).toBe(true);
    });

    it('is left alone if it has been already, be it while the new one is dialed', async () => {
      for (const pauseMs of [0, 1, 3, 5, 7, 15]) {
        const [low, high] = twoMembers();
        const old = await high.pool.linkTo(low.node.nodeId);
        // The lower dials as well: of two new links each end must keep the same one.
        const dialed = low.dial(high).then((link) => low.pool.adopt(link));
        await sleep(pauseMs);
        await Promise.all([high.pool.renew(old), dialed]);
        await expect.poll(() => [low, high].map(({ pool }) => pool.all().length)).toEqual([1, 1]);
        const links = [low, high].map(({ pool }) => pool.links()[0] as Link);
        expect(links.map(({ isUsable }) => isUsable)).toEqual([true, true]);
        expect(links[0]?.dialed).not.toBe(links[1]?.dialed);
      }
    });
  });

  it('goes on trying for a kept peer that is away, and tells each failure', async () => {
    const [one, two] = twoMembers();
    two.isUp = false;
    one.pool.keep(two.node.nodeId, true);
    await expect.poll(() => one.dials, { timeout: 5_000 }).toBeGreaterThan(2);
    expect(one.events[1]).toMatchObject({ kind: 'failed', error: { reason: 'LINK_UNREACHABLE' } });
    two.isUp = true;
    await expect.poll(() => one.pool.links().length, { timeout: 5_000 }).toBe(1);
  });

  it('fails for whoever wants a link to a peer that is away', async () => {
    const [one, two] = twoMembers();
    two.isUp = false;
    await expect(one.pool.linkTo(two.node.nodeId)).rejects.toMatchObject({ reason: 'LINK_UNREACHABLE' });
    expect(one.events.at(-1)).not.toHaveProperty('retryMs');
  });

  it('ends the link of a revoked key at once, and does not dial it again', async () => {
    const [one, two] = twoMembers();
    one.pool.keep(two.node.nodeId, true);
    await expect.poll(() => one.pool.links().length).toBe(1);
    const link = two.pool.links()[0];
    one.pool.revoke(two.node.nodeId);
    expect((await link?.closed)?.reason).toBe(CloseReason.UNTRUSTED);
    await sleep(300);
    expect([one.pool.links(), one.dials]).toEqual([[], 1]);
  });

  it('drains all links when it closes, and dials no more', async () => {
    const [one, two] = twoMembers();
    const link = await one.pool.linkTo(two.node.nodeId);
    const { seen } = call(link, 'a.B/C', unary);
    await Promise.all([seen, one.pool.close()]);
    expect((await seen).status.lost).toBe(false);
    expect((await link.closed).reason).toBe(CloseReason.SHUTDOWN);
    await expect(one.pool.linkTo(two.node.nodeId)).rejects.toMatchObject({ reason: 'LINK_UNWANTED' });
  });
});

describe('dialing again', () => {
  const highest = (redial: Redial, nowMs: number) => {
    const pauses = Array.from({ length: 400 }, () => redial.next(nowMs));
    return Math.max(...pauses.slice(20));
  };

  it('pauses at most 3 s for ten minutes after a loss, and 30 s later', () => {
    const redial = new Redial(0);
    redial.lost(1_000_000);
    expect(highest(redial, 1_000_000 + 599_999)).toBeLessThanOrEqual(3_000);
    expect(highest(redial, 1_000_000 + 600_001)).toBeGreaterThan(15_000);
    expect(highest(redial, 1_000_000 + 600_001)).toBeLessThanOrEqual(30_000);
  });

  it('begins with short pauses after a good hello', () => {
    const redial = new Redial(0);
    highest(redial, 0);
    redial.reset();
    expect(redial.next(0)).toBeLessThanOrEqual(250);
  });

  it('waits as long as the peer asked for, within reason', () => {
    expect(new Redial(0).next(0, 5_000)).toBe(5_000);
    expect(new Redial(0).next(0, 86_400_000)).toBe(60_000);
  });
});
