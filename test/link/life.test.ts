import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it, vi } from 'vitest';
import { ErrorInfoSchema } from '../../gen/towline/v1/error_info_pb.ts';
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import { dialTls } from '../../src/link/carrier/tls.ts';
import type { IncomingStream, StreamStatus } from '../../src/link/link.ts';
import { dialLink } from '../../src/link/open.ts';
import { ManualClock } from './manual-clock.ts';
import { RawPeer } from './raw-peer.ts';
import { bytesOf, call, listen, memoryPair, ok, optionsOf, serveEcho, testNode, tlsPair } from './support.ts';

const unary = (text: string) => ({ data: bytesOf(text), halfClose: true });

describe('a quiet link', () => {
  it('sends a heartbeat at first, a second later and after each 10 s, and measures the answer', async () => {
    const clock = new ManualClock();
    await using pair = await memoryPair({ clock });
    await clock.advance(999);
    expect(pair.dialed.counters()).toMatchObject({ sentFrames: 2, roundTripMs: 0 });
    await clock.advance(9_999);
    expect(pair.dialed.counters()).toMatchObject({ sentFrames: 4, roundTripMs: 0 });
    await clock.advance(4);
    expect(pair.dialed.counters()).toMatchObject({ sentFrames: 6, roundTripMs: 0 });
    await clock.advance(3_600_000);
    expect(pair.dialed.isUsable).toBe(true);
  });

  it('is dead when nothing was received for 30 s', async () => {
    const clock = new ManualClock();
    const peer = new RawPeer({ clock });
    const link = await peer.open();
    let end: unknown;
    void link.closed.then((how) => (end = how));
    await clock.advance(29_999);
    expect(end).toBeUndefined();
    await clock.advance(2);
    expect(end).toMatchObject({ reason: CloseReason.HEARTBEAT_TIMEOUT, remote: false });
    await peer.ended.promise;
    expect(clock.pending).toBe(0);
  });

  it('lives while a packet arrives, however slowly', async () => {
    const clock = new ManualClock();
    const peer = new RawPeer({ clock });
    const link = await peer.open();
    peer.sendBytes(Buffer.from([0, 0, 0, 0, 60]));
    for (let count = 0; count < 8; count++) {
      await clock.advance(20_000);
      peer.sendBytes(Buffer.of(0));
    }
    await clock.advance(1);
    expect(link.isUsable).toBe(true);
    await clock.advance(30_001);
    expect(await link.closed).toMatchObject({ reason: CloseReason.HEARTBEAT_TIMEOUT });
    peer.stream.destroy();
  });

  it('asks for a sign of life 2.5 s after a call that brings none, and is silent 2.5 s later', async () => {
    const clock = new ManualClock();
    const peer = new RawPeer({ clock });
    const link = await peer.open();
    await clock.advance(1_100);
    peer.send({ kind: 'heartbeat', streamId: 0, sequence: 2, isAnswer: true });
    await clock.advance(1);
    let silences = 0;
    link.onSilence(() => silences++);
    call(link, 'a.B/C', unary('x'));
    await clock.advance(2_000);
    const beats = () => peer.frames.filter(({ kind }) => kind.case === 'heartbeat').length;
    expect([beats(), link.isSilent, silences]).toEqual([2, false, 0]);
    await clock.advance(5_500);
    expect([beats(), link.isSilent, silences]).toEqual([3, true, 1]);
    peer.send({ kind: 'heartbeat', streamId: 0, sequence: 3, isAnswer: true });
    await clock.advance(1);
    expect(link.isSilent).toBe(false);
    link.close(CloseReason.REQUESTED, 'the test is over');
  });

  it('asks for a sign of life when the machine has slept and its timers stood still', async () => {
    const clock = new ManualClock();
    await using pair = await memoryPair({ clock });
    await clock.advance(1_500);
    const before = pair.dialed.counters().sentFrames;
    clock.sleep(3_600_000);
    await clock.advance(2_500);
    expect(pair.dialed.counters().sentFrames - before).toBe(2); // its heartbeat, and an answer to the other's
    expect(pair.dialed.isUsable && pair.accepted.isUsable).toBe(true);
  });

  it('lives through a time in which this process stood still', async () => {
    const clock = new ManualClock();
    await using pair = await memoryPair({ clock });
    await clock.stall(120_000);
    await clock.advance(5_000);
    expect(pair.dialed.isUsable && pair.accepted.isUsable).toBe(true);
  });
});

describe('a busy link', () => {
  it('goes on measuring: its heartbeats do not wait for silence', async () => {
    const clock = new ManualClock();
    await using pair = await memoryPair({ clock });
    serveEcho(pair.accepted);
    for (let second = 0; second < 25; second++) {
      await call(pair.dialed, 'a.B/C', unary('x')).seen;
      await clock.advance(1_000);
    }
    // 25 calls, four heartbeats at 0, 1, 11 and 21 s, and four answers to those of the other side
    expect(pair.dialed.counters()).toMatchObject({ sentFrames: 33, receivedFrames: 33, roundTripMs: 0 });
  });
});

describe('a drain', () => {
  it('lets calls under way end, then closes with its reason', async () => {
    await using pair = await memoryPair();
    let incoming: IncomingStream | undefined;
    pair.accepted.accept((stream) => {
      incoming = stream;
      return { onMessage: () => undefined, onEnd: () => undefined };
    });
    const running = call(pair.dialed, 'a.B/C', unary('x')).seen;
    await vi.waitFor(() => expect(incoming).toBeDefined());
    const drained = pair.accepted.drain(CloseReason.SHUTDOWN, 'good night');
    await vi.waitFor(() => expect(pair.dialed.isUsable).toBe(false));
    expect(() => call(pair.dialed, 'a.B/C')).toThrow(expect.objectContaining({ reason: 'LINK_DRAINING' }));
    expect(() => call(pair.accepted, 'a.B/C')).toThrow(expect.objectContaining({ reason: 'LINK_DRAINING' }));
    expect([pair.dialed.isUsable, pair.accepted.isUsable]).toEqual([false, false]);
    incoming?.end(ok, bytesOf('done'));
    expect((await running).status).toMatchObject({ code: 0, lost: false });
    expect(await drained).toMatchObject({ reason: CloseReason.SHUTDOWN, message: 'good night', remote: false });
    expect(await pair.dialed.closed).toMatchObject({ reason: CloseReason.SHUTDOWN, remote: true });
  });

  it('refuses, and does not lose, a call that crosses it on the wire', async () => {
    await using pair = await memoryPair();
    serveEcho(pair.accepted);
    const crossing = call(pair.dialed, 'a.B/C', unary('x')).seen;
    void pair.accepted.drain(CloseReason.SHUTDOWN, '');
    const { status } = await crossing;
    expect(status).toMatchObject({ code: 14, lost: false });
    const [detail] = status.details;
    expect(detail && fromBinary(ErrorInfoSchema, detail.value).reason).toBe('LINK_DRAINING');
    expect((await pair.dialed.closed).reason).toBe(CloseReason.SHUTDOWN);
  });

  it('waits for calls that cross it even if the last call ends meanwhile', async () => {
    await using pair = await memoryPair();
    const held = Promise.withResolvers<IncomingStream>();
    pair.accepted.accept((stream) => {
      held.resolve(stream);
      return { onMessage: () => undefined, onEnd: () => undefined };
    });
    const running = call(pair.dialed, 'a.B/C', unary('x')).seen;
    const stream = await held.promise;
    void pair.accepted.drain(CloseReason.SHUTDOWN, '');
    const crossing = call(pair.dialed, 'a.B/C', unary('y')).seen;
    stream.end(ok);
    expect((await running).status).toMatchObject({ code: 0, lost: false });
    expect((await crossing).status).toMatchObject({ code: 14, lost: false });
  });

  it('gives a call that never ends 30 s', async () => {
    const clock = new ManualClock();
    await using pair = await memoryPair({ clock });
    const { seen } = call(pair.dialed, 'a.B/Watch');
    await clock.advance(1);
    void pair.accepted.drain(CloseReason.SHUTDOWN, '');
    await clock.advance(29_000);
    expect(pair.dialed.counters().streams).toBe(1);
    await clock.advance(2_000);
    expect((await seen).status).toMatchObject({ code: 14, lost: true });
    await clock.advance(2_000); // the lingering
    expect(clock.pending).toBe(0);
  });

  it('answers everybody who asks for it with the same end', async () => {
    await using pair = await memoryPair();
    const ends = await Promise.all([
      pair.dialed.drain(CloseReason.SHUTDOWN, 'first'),
      pair.dialed.drain(CloseReason.REQUESTED, 'second'),
      pair.dialed.closed,
    ]);
    expect(new Set(ends.map(({ message }) => message))).toEqual(new Set(['first']));
  });
});

describe.each([
  ['TLS', tlsPair],
  ['memory', memoryPair],
] as const)('the end of a link (%s)', (_, pairOf) => {
  it('tells both sides why, and ends every call as lost', async () => {
    await using pair = await pairOf();
    const callee = Promise.withResolvers<StreamStatus>();
    pair.accepted.accept(() => ({ onMessage: () => undefined, onEnd: callee.resolve }));
    const { seen } = call(pair.dialed, 'a.B/C', unary('x'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    pair.dialed.close(CloseReason.UNTRUSTED, 'no longer trusted');
    expect(await pair.dialed.closed).toMatchObject({ reason: CloseReason.UNTRUSTED, remote: false });
    expect(await pair.accepted.closed).toMatchObject({
      reason: CloseReason.UNTRUSTED,
      message: 'no longer trusted',
      remote: true,
    });
    expect((await seen).status).toMatchObject({ code: 14, lost: true });
    expect(await callee.promise).toMatchObject({ code: 14, lost: true });
    expect(() => call(pair.dialed, 'a.B/C')).toThrow(expect.objectContaining({ reason: 'LINK_DRAINING' }));
  });
});

describe('a lost carrier', () => {
  it('ends both links and their calls', async () => {
    const [one, two] = [testNode(), testNode()];
    await using server = await listen(two);
    const carrier = await dialTls({ identity: await one.tls(), nodeId: two.nodeId, address: server.address });
    const dialed = await dialLink(carrier, optionsOf(one));
    const accepted = await server.accepted.next();
    const { seen } = call(dialed, 'a.B/C', unary('x'));
    for (const socket of server.sockets) socket.destroy();
    expect((await seen).status).toMatchObject({ code: 14, lost: true });
    expect((await dialed.closed).reason).toBe(CloseReason.CARRIER_LOST);
    expect((await accepted.closed).reason).toBe(CloseReason.CARRIER_LOST);
  });

  it('is told when a stream is reset in the middle of a packet', async () => {
    const peer = new RawPeer();
    const link = await peer.open();
    peer.sendBytes(Buffer.from([0, 0, 0, 100, 0, 1, 2, 3]));
    await new Promise((resolve) => setTimeout(resolve, 20));
    peer.stream.close(2);
    expect(await link.closed).toMatchObject({ reason: CloseReason.CARRIER_LOST, remote: false });
  });
});
