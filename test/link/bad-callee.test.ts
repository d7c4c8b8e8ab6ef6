// What a callee may not answer: appendix A of docs/WIRE.md, seen from the caller.
import { describe, expect, it } from 'vitest';
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import type { EndFrame, Frame, HeadersFrame, MessageFrame } from '../../src/link/frame/frame.ts';
import { openFrame, RawPeer } from './raw-peer.ts';
import { bytesOf, call } from './support.ts';

/** The first call of an acceptor. */
const streamId = 2;
const message = (change: Partial<MessageFrame> = {}): MessageFrame => ({
  kind: 'message',
  streamId,
  data: Uint8Array.of(1),
  more: false,
  halfClose: false,
  ...change,
});
const end = (change: Partial<EndFrame> = {}): EndFrame => ({
  kind: 'end',
  streamId,
  code: 0,
  message: '',
  details: [],
  trailers: [],
  data: undefined,
  ...change,
});
const headers: HeadersFrame = { kind: 'headers', streamId, metadata: [] };

describe('a link ends with PROTOCOL_ERROR', () => {
  it.each<[string, Frame[]]>([
    ['answers with headers twice', [headers, headers]],
    ['answers with headers after a message', [message(), headers]],
    ['answers with headers after a fragment', [message({ more: true }), headers]],
    ["closes the caller's half", [message({ halfClose: true })]],
    ['sends a message without data', [message({ data: undefined })]],
    ['ends well within a message', [message({ more: true }), end()]],
    ['gives the call up as if it were its own', [{ kind: 'cancel', streamId, code: 1 }]],
    ['opens the stream that it was called on', [openFrame(streamId)]],
    ['opens a stream of the caller that is over', [end(), openFrame(streamId)]],
    ['opens a stream that is for the caller to open', [openFrame(streamId + 2)]],
    ['sends more messages than its credit', Array.from({ length: 33 }, () => message())],
    [
      'sends the last message without credit',
      [...Array.from({ length: 32 }, () => message()), end({ data: bytesOf('x') })],
    ],
  ])('when a callee %s', async (_, frames) => {
    const peer = new RawPeer();
    const link = await peer.open();
    const { seen } = call(link, 'a.B/C', { data: bytesOf('x'), halfClose: true }, false);
    await peer.saw('open');
    peer.send(...frames);
    expect((await peer.closeReason())[0]).toBe(CloseReason.PROTOCOL_ERROR);
    expect(await link.closed).toMatchObject({ reason: CloseReason.PROTOCOL_ERROR, remote: false });
    await seen;
    await peer.ended.promise;
  });

  it('when a request ends with an envelope', async () => {
    const peer = new RawPeer();
    const link = await peer.open();
    peer.sendBytes(Buffer.from([2, 0, 0, 0, 2, 0x7b, 0x7d]));
    expect(await link.closed).toMatchObject({ reason: CloseReason.PROTOCOL_ERROR });
    await peer.ended.promise;
  });
});

describe('a link goes on', () => {
  it('when a callee fails within a message, which is dropped', async () => {
    const peer = new RawPeer();
    const link = await peer.open();
    const { seen } = call(link, 'a.B/C', { data: bytesOf('x'), halfClose: true });
    await peer.saw('open');
    peer.send(message({ more: true }), end({ code: 13, message: 'it broke' }));
    expect(await seen).toMatchObject({ messages: [], status: { code: 13, message: 'it broke', lost: false } });
    expect(link.isUsable).toBe(true);
    link.close(CloseReason.REQUESTED, 'enough');
  });

  it('when a callee speaks after its End', async () => {
    const peer = new RawPeer();
    const link = await peer.open();
    const { seen } = call(link, 'a.B/C', { data: bytesOf('x'), halfClose: true });
    await peer.saw('open');
    peer.send(end(), message(), headers, end(), { kind: 'credit', streamId, messages: 1, bytes: 1 });
    expect((await seen).status.code).toBe(0);
    peer.send({ kind: 'heartbeat', streamId: 0, sequence: 9, isAnswer: false });
    await expect
      .poll(() => peer.frames.some(({ kind }) => kind.case === 'heartbeat' && kind.value.sequence === 9))
      .toBe(true);
    expect(link.isUsable).toBe(true);
    link.close(CloseReason.REQUESTED, 'enough');
  });

  it('when packets are empty', async () => {
    const peer = new RawPeer();
    const link = await peer.open();
    peer.send();
    peer.send({ kind: 'heartbeat', streamId: 0, sequence: 9, isAnswer: false });
    await expect
      .poll(() => peer.frames.some(({ kind }) => kind.case === 'heartbeat' && kind.value.sequence === 9))
      .toBe(true);
    link.close(CloseReason.REQUESTED, 'enough');
  });
});
