import { randomBytes } from 'node:crypto';
import { toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { CloseReason, HelloBodySchema } from '../../gen/towline/v1/frame_pb.ts';
import { envelopeOf } from '../../src/link/envelope.ts';
import type { EndFrame, Frame, MessageFrame } from '../../src/link/frame/frame.ts';
import { heartbeatAnswered, openFrame, packet, RawPeer } from './raw-peer.ts';
import { call, serveEcho } from './support.ts';

const message = (streamId: number, size = 1, change: Partial<MessageFrame> = {}): MessageFrame => ({
  kind: 'message',
  streamId,
  data: new Uint8Array(size),
  more: false,
  halfClose: false,
  ...change,
});
const end = (streamId: number): EndFrame => ({
  kind: 'end',
  streamId,
  code: 0,
  message: '',
  details: [],
  trailers: [],
  data: undefined,
});
const headers = (streamId: number): Frame => ({ kind: 'headers', streamId, metadata: [] });
const many = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index));

describe('a link ends with PROTOCOL_ERROR', () => {
  it.each<[string, Frame[]]>([
    ['on a stream that nobody opened', [message(3)]],
    ['on an answer to a call that was never made', [end(2)]],
    ['on credit for a call that was never made', [{ kind: 'credit', streamId: 8, messages: 1, bytes: 1 }]],
    ['on an id of the other side', [openFrame(2)]],
    ['on an id that is used twice', [openFrame(3), openFrame(3)]],
    ['on an id that goes back', [openFrame(3), openFrame(1)]],
    ['on an Open on stream 0', [openFrame(0)]],
    ['on a second hello', [{ kind: 'hello', streamId: 0, body: new Uint8Array(1), signature: new Uint8Array(64) }]],
    ['on a heartbeat on a stream', [openFrame(1), { kind: 'heartbeat', streamId: 1, sequence: 1, isAnswer: false }]],
    ['on an End from the caller', [openFrame(1), end(1)]],
    ['on headers from the caller', [openFrame(1), { kind: 'headers', streamId: 1, metadata: [] }]],
    ['on more messages than the credit', [openFrame(1), ...many(33, () => message(1))]],
    ['on more bytes than the credit', [openFrame(1), ...many(17, () => message(1, 65_536))]],
    ['on a message after the caller closed its half', [openFrame(1, { halfClose: true }), message(1)]],
    ['on a message that says nothing', [openFrame(1), message(1, 0, { data: undefined })]],
    ['on a fragment without data', [openFrame(1), message(1, 0, { data: undefined, more: true })]],
    [
      'on a half that closes within a message',
      [openFrame(1, { data: new Uint8Array(1), more: true }), message(1, 0, { data: undefined, halfClose: true })],
    ],
    [
      'on credits that add up to more than 2^31-1',
      [
        openFrame(1, { creditMessages: 2_000_000_000 }),
        { kind: 'credit', streamId: 1, messages: 2_000_000_000, bytes: 0 },
      ],
    ],
    ['on an Open that grants 2^32-1 messages', [openFrame(1, { creditMessages: 2 ** 32 - 1 })]],
    ['on an Open that grants 2^31 bytes', [openFrame(1, { creditBytes: 2 ** 31 })]],
    ['on a grant of 2^32-1 bytes', [openFrame(1), { kind: 'credit', streamId: 1, messages: 0, bytes: 2 ** 32 - 1 }]],
    ['on headers of a call that has its answer', [openFrame(1), { kind: 'headers', streamId: 2, metadata: [] }]],
    ['on a method without a name', [openFrame(1, { method: '' })]],
    ['on a frame larger than a fragment', [openFrame(1, { data: new Uint8Array(65_537) })]],
    ['on an unknown status', [openFrame(1), { kind: 'cancel', streamId: 1, code: 17 }]],
  ])('%s', async (_, frames) => {
    const peer = new RawPeer();
    const link = await peer.open();
    link.accept(() => ({ onMessage: () => undefined, onEnd: () => undefined }));
    for (const frame of frames) peer.send(frame);
    const [reason, why] = await peer.closeReason();
    expect([reason, why !== '']).toEqual([CloseReason.PROTOCOL_ERROR, true]);
    expect(await link.closed).toMatchObject({ reason: CloseReason.PROTOCOL_ERROR, remote: false, message: why });
    await peer.ended.promise;
  });

  it('on bytes that are no protobuf', async () => {
    const peer = new RawPeer();
    const link = await peer.open();
    peer.sendBytes(envelopeOf(0, Buffer.from('this is not a packet')));
    expect((await link.closed).reason).toBe(CloseReason.PROTOCOL_ERROR);
  });

  it('on a compressed envelope', async () => {
    const peer = new RawPeer();
    const link = await peer.open();
    peer.sendBytes(Buffer.from([1, 0, 0, 0, 0]));
    expect((await link.closed).reason).toBe(CloseReason.PROTOCOL_ERROR);
  });

  it('on random bytes after the hello, whatever they are', async () => {
    for (let round = 0; round < 50; round++) {
      const peer = new RawPeer();
      const link = await peer.open();
      peer.sendBytes(envelopeOf(0, Buffer.concat([Buffer.of(0x0a, 0x7f), randomBytes(127)])));
      expect([CloseReason.PROTOCOL_ERROR, CloseReason.LIMIT_EXCEEDED]).toContain((await link.closed).reason);
    }
  });
});

describe('a callee that breaks the rules of its call ends the link with PROTOCOL_ERROR', () => {
  it.each<[string, Frame[]]>([
    ['headers twice', [headers(2), headers(2)]],
    ['headers after a message', [message(2), headers(2)]],
    ['a message without data', [message(2, 0, { data: undefined })]],
    ['the end of the caller’s half', [message(2, 1, { halfClose: true })]],
    ['a cancel', [{ kind: 'cancel', streamId: 2, code: 1 }]],
    ['an Open of the caller’s id', [openFrame(2)]],
    ['more messages than the credit', many(33, () => message(2))],
    ['an end within a message', [message(2, 1, { more: true }), end(2)]],
    ['credit beyond 2^31-1', [{ kind: 'credit', streamId: 2, messages: 2 ** 31, bytes: 0 }]],
  ])('%s', async (_, frames) => {
    const peer = new RawPeer();
    const link = await peer.open();
    const { seen } = call(link, 'a.B/C', {}, false);
    await peer.saw('open');
    peer.send(...frames);
    expect((await peer.closeReason())[0]).toBe(CloseReason.PROTOCOL_ERROR);
    expect((await seen).status).toMatchObject({ code: 14, lost: true });
  });
});

describe('a link ends with LIMIT_EXCEEDED', () => {
  it('on a packet of more than 1 MiB', async () => {
    const peer = new RawPeer();
    const link = await peer.open();
    peer.sendBytes(Buffer.from([0, 0, 0x10, 0, 1]));
    expect((await peer.closeReason())[0]).toBe(CloseReason.LIMIT_EXCEEDED);
    expect((await link.closed).reason).toBe(CloseReason.LIMIT_EXCEEDED);
  });

  it('on metadata of more than 16 KiB', async () => {
    const peer = new RawPeer();
    const link = await peer.open();
    peer.send(openFrame(1, { metadata: many(3, () => ({ name: 'n', value: 'v'.repeat(8_000) })) }));
    expect((await link.closed).reason).toBe(CloseReason.LIMIT_EXCEEDED);
  });

  it('when a peer wants more heartbeats answered than it reads', async () => {
    const peer = new RawPeer({ limits: { unsentBytes: 20_000 } });
    const link = await peer.open();
    peer.stream.pause();
    const beats = many<Frame>(3_000, (sequence) => ({ kind: 'heartbeat', streamId: 0, sequence, isAnswer: false }));
    const timer = setInterval(() => peer.send(...beats), 10);
    expect((await link.closed).reason).toBe(CloseReason.LIMIT_EXCEEDED);
    clearInterval(timer);
    peer.stream.destroy();
  });

  it('when a peer asks for more than it reads', async () => {
    const peer = new RawPeer({ limits: { unsentBytes: 100_000, streams: 0 } });
    const link = await peer.open();
    peer.stream.pause();
    let streamId = 1;
    const next = () => {
      streamId += 2;
      return openFrame(streamId);
    };
    const timer = setInterval(() => peer.send(...many(3_000, next)), 20);
    expect((await link.closed).reason).toBe(CloseReason.LIMIT_EXCEEDED);
    clearInterval(timer);
    peer.stream.destroy();
  });
});

describe('a link goes on', () => {
  it('when frames come for calls that have ended', async () => {
    const peer = new RawPeer();
    serveEcho(await peer.open());
    peer.send(openFrame(1, { data: new Uint8Array(1) }));
    await peer.saw('end');
    peer.send(
      message(1),
      { kind: 'credit', streamId: 1, messages: 1, bytes: 1 },
      { kind: 'cancel', streamId: 1, code: 1 },
    );
    peer.send({ kind: 'heartbeat', streamId: 0, sequence: 7, isAnswer: false });
    const answer = { value: expect.objectContaining({ sequence: 7, isAnswer: true }) };
    await expect.poll(() => peer.frames.map(({ kind }) => kind)).toContainEqual(expect.objectContaining(answer));
  });

  it('when every byte comes alone', async () => {
    const peer = new RawPeer();
    for (const byte of packet(peer.hello())) peer.sendBytes(Uint8Array.of(byte));
    serveEcho(await peer.accepted.next());
    for (const byte of packet(openFrame(1, { data: Buffer.from('slow'), halfClose: true }))) {
      peer.sendBytes(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await peer.saw('end')).kind.value).toMatchObject({ data: Buffer.from('slow') });
  });

  it('when 4,097 calls are opened: the last one is refused', async () => {
    const peer = new RawPeer();
    const link = await peer.open();
    link.accept(() => ({ onMessage: () => undefined, onEnd: () => undefined }));
    peer.send(...many(4_097, (index) => openFrame(2 * index + 1)));
    expect(await peer.saw('end')).toMatchObject({ streamId: 8_193, kind: { value: { code: 8 } } });
    expect(link.counters().streams).toBe(4_096);
    link.close(CloseReason.REQUESTED, 'enough');
  });

  it('when the peer ends a call twice, and talks on after the end', async () => {
    const peer = new RawPeer();
    const link = await peer.open();
    const { seen } = call(link, 'a.B/C');
    await peer.saw('open');
    peer.send(message(2), end(2), end(2), message(2), headers(2), {
      kind: 'credit',
      streamId: 2,
      messages: 9,
      bytes: 9,
    });
    const { messages, status } = await seen;
    expect([messages.length, status.code]).toEqual([1, 0]);
    await heartbeatAnswered(peer);
    expect(link.isUsable).toBe(true);
  });

  it('when the peer never grants credit: its own calls wait, and no others', async () => {
    const peer = new RawPeer();
    const link = await peer.open();
    serveEcho(link);
    const starving = openFrame(1, { data: Buffer.alloc(1_000), halfClose: true, creditMessages: 0, creditBytes: 0 });
    peer.send(starving, openFrame(3, { data: Buffer.from('fed'), halfClose: true }));
    expect(await peer.saw('end')).toMatchObject({ streamId: 3, kind: { value: { data: Buffer.from('fed') } } });
    expect(link.counters().streams).toBe(1);
    peer.send({ kind: 'cancel', streamId: 1, code: 1 });
    await expect.poll(() => link.counters().streams).toBe(0);
  });

  it('when a message never ends: its call fails at the limit of a message', async () => {
    const peer = new RawPeer({ limits: { messageBytes: 300_000 } });
    const link = await peer.open();
    serveEcho(link);
    peer.send(openFrame(1), ...many(6, () => message(1, 60_000, { more: true })));
    expect(await peer.saw('end')).toMatchObject({ streamId: 1, kind: { value: { code: 8 } } });
    peer.send(message(1, 60_000, { more: true })); // it has not heard yet
    await heartbeatAnswered(peer);
    expect(link.isUsable).toBe(true);
  });

  it('when a message is made of 100,000 fragments without bytes', async () => {
    const peer = new RawPeer();
    const link = await peer.open();
    serveEcho(link);
    peer.send(openFrame(1));
    for (let round = 0; round < 10; round++) peer.send(...many(10_000, () => message(1, 0, { more: true })));
    peer.send(message(1, 1, { halfClose: true }));
    expect(await peer.saw('end')).toMatchObject({ streamId: 1, kind: { value: { data: Buffer.alloc(1) } } });
  });

  it('when the peer grants a single byte at a time', async () => {
    const peer = new RawPeer();
    serveEcho(await peer.open());
    peer.send(openFrame(1, { data: Buffer.from('abc'), halfClose: true, creditBytes: 1, creditMessages: 1 }));
    await peer.saw('message');
    peer.send({ kind: 'credit', streamId: 1, messages: 0, bytes: 1 });
    peer.send({ kind: 'credit', streamId: 1, messages: 0, bytes: 1 });
    expect((await peer.saw('end')).kind.value).toMatchObject({ data: Buffer.from('c') });
  });
});

describe('a link is refused', () => {
  it.each<[string, (peer: RawPeer) => void, string, string]>([
    ['for a replayed hello', (peer) => peer.send(peer.hello({}, new Uint8Array(32))), 'unauthenticated', 'signature'],
    ['for a first frame that is no hello', (peer) => peer.send(openFrame(1)), 'invalid_argument', 'open'],
    ['for a hello on a stream', (peer) => peer.send({ ...peer.hello(), streamId: 1 }), 'invalid_argument', 'hello'],
    [
      'for an oversized first packet',
      (peer) => peer.sendBytes(Buffer.from([0, 1, 0, 0, 0])),
      'resource_exhausted',
      '1048576',
    ],
    [
      'for a short instance id',
      (peer) => peer.send(peer.hello({ instanceId: new Uint8Array(3) })),
      'invalid_argument',
      'instance_id',
    ],
  ])('%s, and says why', async (_, speak, code, why) => {
    const peer = new RawPeer();
    speak(peer);
    await expect(peer.accepted.next()).rejects.toThrow();
    await peer.ended.promise;
    expect(JSON.parse(peer.endJson ?? '')).toMatchObject({ error: { code, message: expect.stringContaining(why) } });
    expect(peer.frames).toEqual([]);
  });

  it('for a version that only the other side speaks', async () => {
    const peer = new RawPeer();
    peer.send(newerHello(peer));
    await expect(peer.accepted.next()).rejects.toMatchObject({ reason: 'LINK_VERSION_MISMATCH' });
    await peer.ended.promise;
    expect(JSON.parse(peer.endJson ?? '').error.code).toBe('failed_precondition');
  });

  it('for a key that is not trusted, before it is heard', async () => {
    const peer = new RawPeer({ isTrusted: false });
    await expect(peer.accepted.next()).rejects.toMatchObject({ reason: 'LINK_UNTRUSTED' });
    await peer.ended.promise;
    expect(JSON.parse(peer.endJson ?? '').error.code).toBe('permission_denied');
  });

  it('for silence', async () => {
    const peer = new RawPeer({ limits: { helloMs: 30 } });
    await expect(peer.accepted.next()).rejects.toMatchObject({ reason: 'LINK_HELLO_TIMEOUT' });
    await peer.ended.promise;
    expect(JSON.parse(peer.endJson ?? '').error.code).toBe('deadline_exceeded');
  });

  it.each([
    { 'content-encoding': 'gzip' },
    { 'connect-content-encoding': 'gzip' },
    { 'connect-content-encoding': 'br' },
  ])('for compression: %o', async (headers) => {
    const peer = new RawPeer({ headers });
    await expect(peer.accepted.next()).rejects.toMatchObject({ reason: 'LINK_PROTOCOL_ERROR' });
    await peer.ended.promise;
    expect(JSON.parse(peer.endJson ?? '')).toMatchObject({
      error: { code: 'invalid_argument', message: expect.stringContaining('compress') },
    });
  });

  it('for a hello that grants 2^32-1 messages', async () => {
    const peer = new RawPeer();
    peer.send(peer.hello({}, peer.binding, { creditMessages: 2 ** 32 - 1 }));
    await expect(peer.accepted.next()).rejects.toMatchObject({ reason: 'LINK_PROTOCOL_ERROR' });
  });

  it('for another content type', async () => {
    const peer = new RawPeer({ contentType: 'application/grpc' });
    await expect(peer.accepted.next()).rejects.toMatchObject({ reason: 'LINK_PROTOCOL_ERROR' });
    expect(await peer.status.promise).toBe(415);
  });
});

/** A hello of the peer, for versions 2 to 3. */
function newerHello(peer: RawPeer): Frame {
  const body = toBinary(HelloBodySchema, {
    $typeName: 'towline.v1.HelloBody',
    nodeId: peer.node.nodeId,
    minVersion: 2,
    maxVersion: 3,
    nonce: new Uint8Array(16),
    instanceId: new Uint8Array(16),
    initialCreditMessages: 1,
    initialCreditBytes: 1,
    features: [],
    software: '',
    displayName: '',
    role: '',
    team: '',
    addresses: [],
  });
  const signature = peer.node.sign('towline-link-v1', Uint8Array.of(1), peer.binding, body);
  return { kind: 'hello', streamId: 0, body, signature };
}
