import { afterEach, describe, expect, it } from 'vitest';
import { LinkState, type LinkStatus, type WatchLinksResponse } from '../../gen/towline/v1/admin_service_pb.ts';
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import { LinkPool } from '../../src/link/pool.ts';
import { LinkBoard } from '../../src/node/link-board.ts';
import { bytesOf, call, memoryPair, type Pair, serveBy, serveEcho, type TestNode, testNode } from '../link/support.ts';

const any = { states: [] };

/** The links of one node, with their peers at the other ends. */
class Desk {
  readonly pairs: Pair[] = [];
  readonly pool = new LinkPool({
    nodeId: new Uint8Array(32),
    dial: () => Promise.reject(new Error('nobody dials here')),
    onEvent: () => undefined,
    onChange: () => this.board.changed(),
  });
  readonly board: LinkBoard = new LinkBoard(this.pool, (nodeId) => this.#aliasOf(nodeId));
  readonly #node = testNode();
  readonly #peers = new Map<string, TestNode>();

  /** A new link that the peer with this alias dialed. */
  async linkTo(alias: string): Promise<Pair> {
    const peer = this.#peers.get(alias) ?? testNode();
    this.#peers.set(alias, peer);
    const pair = await memoryPair({}, {}, [peer, this.#node]);
    this.pairs.push(pair);
    this.pool.adopt(pair.accepted);
    return pair;
  }

  #aliasOf(nodeId: Uint8Array): string | undefined {
    return [...this.#peers].find(([, peer]) => Buffer.compare(peer.nodeId, nodeId) === 0)?.[0];
  }
}

const desks: Desk[] = [];

function newDesk(): Desk {
  const desk = new Desk();
  desks.push(desk);
  return desk;
}

afterEach(async () => {
  for (const { pairs } of desks.splice(0)) for (const pair of pairs) await pair[Symbol.asyncDispose]();
});

const aliasesOf = (links: readonly LinkStatus[]) => links.map(({ alias }) => alias);

describe('the board of links', () => {
  it('shows open links by alias, with who dialed and what went over them', async () => {
    const desk = newDesk();
    await desk.linkTo('zoe');
    const { dialed, accepted } = await desk.linkTo('ann');
    serveEcho(accepted);
    await call(dialed, 'a.B/C', { data: bytesOf('x'), halfClose: true }).seen;
    const links = desk.board.list(any);
    expect(aliasesOf(links)).toEqual(['ann', 'zoe']);
    expect(links[0]).toMatchObject({
      linkId: 2,
      state: LinkState.OPEN,
      carrier: 'memory',
      dialed: false,
      streamCount: 0,
      closeReason: CloseReason.UNSPECIFIED,
      lastCloseReason: CloseReason.UNSPECIFIED,
      credits: { sendMessages: 0n, receiveBytes: 0n, waitingStreamCount: 0 },
    });
    expect(links[0]?.roundTripMs).toBeGreaterThan(0);
    expect(Number(links[0]?.receivedFrameCount)).toBeGreaterThanOrEqual(Number(links[0]?.receivedPacketCount));
    expect(Number(links[0]?.receivedPacketCount)).toBeGreaterThan(0);
  });

  it('shows the calls that wait for credit, what is unsent, and what is left of both', async () => {
    const desk = newDesk();
    const { dialed, accepted } = await desk.linkTo('slow');
    const served = Promise.withResolvers<void>();
    serveBy(accepted, (stream) => {
      for (let count = 0; count < 33; count++) void stream.send(bytesOf('12345'));
      served.resolve();
      return { onMessage: () => undefined, onEnd: () => undefined };
    });
    call(dialed, 'a.B/Watch', {}, false);
    await served.promise;
    const [link] = desk.board.list(any);
    expect(link?.streamCount).toBe(1);
    expect(link?.credits).toMatchObject({
      sendMessages: 0n,
      sendBytes: BigInt(1024 * 1024 - 32 * 5),
      receiveMessages: 32n,
      receiveBytes: BigInt(1024 * 1024),
      waitingStreamCount: 1,
    });
    expect(Number(link?.unsentBytes)).toBeGreaterThanOrEqual(5);
  });

  it('remembers how links ended, by whom, and tells the next link of the last', async () => {
    const desk = newDesk();
    const first = await desk.linkTo('ci');
    first.dialed.close(CloseReason.SHUTDOWN, 'good night');
    await first.accepted.closed;
    const second = await desk.linkTo('desk');
    second.accepted.close(CloseReason.LIMIT_EXCEEDED, 'too much');
    await second.accepted.closed;
    const [newest, oldest] = desk.board.list({ states: [LinkState.CLOSED] });
    expect(newest).toMatchObject({ alias: 'desk', closeReason: CloseReason.LIMIT_EXCEEDED, closedByPeer: false });
    expect(oldest).toMatchObject({
      alias: 'ci',
      state: LinkState.CLOSED,
      closeReason: CloseReason.SHUTDOWN,
      closeMessage: 'good night',
      closedByPeer: true,
    });
    expect(oldest?.credits).toBeUndefined();
    expect(oldest?.closeTime).toBeDefined();
    await desk.linkTo('ci');
    const [open] = desk.board.list({ states: [LinkState.OPEN] });
    expect(open).toMatchObject({ alias: 'ci', lastCloseReason: CloseReason.SHUTDOWN, lastCloseMessage: 'good night' });
  });

  it('shows a link that makes way for another as draining', async () => {
    const desk = newDesk();
    const first = await desk.linkTo('ann');
    call(first.dialed, 'a.B/Watch');
    await expect.poll(() => first.accepted.counters().streams).toBe(1);
    await desk.linkTo('ann');
    expect(desk.board.list(any).map(({ linkId, state }) => [linkId, state])).toEqual([
      [1, LinkState.DRAINING],
      [2, LinkState.OPEN],
    ]);
  });

  it('shows the links to one peer alone where one is named', async () => {
    const desk = newDesk();
    await desk.linkTo('ann');
    const { accepted } = await desk.linkTo('zoe');
    expect(aliasesOf(desk.board.list({ nodeId: accepted.peerNodeId, states: [] }))).toEqual(['zoe']);
    expect(desk.board.list({ nodeId: new Uint8Array(32).fill(9), states: [] })).toEqual([]);
  });
});

describe('a watch of links', () => {
  /** Up to the end of the next round. */
  async function round(watch: AsyncGenerator<WatchLinksResponse>): Promise<[string, LinkState][]> {
    const links: [string, LinkState][] = [];
    for (;;) {
      const { value, done } = await watch.next();
      if (done || value.event.case !== 'link') return links;
      links.push([value.event.value.alias, value.event.value.state]);
    }
  }

  it('tells of what opens and ends long before its interval is over, and of what had ended before not at all', async () => {
    const desk = newDesk();
    const before = await desk.linkTo('old');
    before.accepted.close(CloseReason.REQUESTED, '');
    await before.accepted.closed;
    const stop = new AbortController();
    const watch = desk.board.watch(undefined, 60_000, stop.signal);
    expect(await round(watch)).toEqual([]);
    const pair = await desk.linkTo('ann');
    expect(await round(watch)).toEqual([['ann', LinkState.OPEN]]);
    pair.dialed.close(CloseReason.SHUTDOWN, '');
    expect(await round(watch)).toEqual([['ann', LinkState.CLOSED]]);
    const next = watch.next();
    stop.abort();
    expect((await next).done).toBe(true);
  });

  it('sends a new round after each interval', async () => {
    const desk = newDesk();
    await desk.linkTo('ann');
    const watch = desk.board.watch(undefined, 100, new AbortController().signal);
    for (let count = 0; count < 3; count++) expect(await round(watch)).toEqual([['ann', LinkState.OPEN]]);
    await watch.return(undefined);
  });

  it('ends with the board', async () => {
    const desk = newDesk();
    const watch = desk.board.watch(undefined, 60_000, new AbortController().signal);
    expect(await round(watch)).toEqual([]);
    const next = watch.next();
    desk.board.close();
    expect((await next).done).toBe(true);
  });
});
