import { create, fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { StreamMessageSchema } from '../../gen/towline/v1/frame_pb.ts';
import type { LinkStream } from '../../src/link/link.ts';
import { sendMessage } from '../../src/rpc/message-room.ts';

/** A stream whose messages leave when `left` is told. */
function slowStream() {
  const left = Promise.withResolvers<void>();
  const sent: Uint8Array[] = [];
  const stream: LinkStream = {
    id: 1,
    send(data) {
      sent.push(data);
      return left.promise;
    },
    consumed: () => undefined,
  };
  return { stream, sent, left: () => left.resolve() };
}

const message = (byte: number, bytes = 100_000) =>
  create(StreamMessageSchema, { data: new Uint8Array(bytes).fill(byte) });
const send = (stream: LinkStream, byte: number) => sendMessage(stream, StreamMessageSchema, message(byte));
/** Which bytes there are in the message. */
const read = (data: Uint8Array | undefined) => [
  ...new Set(fromBinary(StreamMessageSchema, data ?? new Uint8Array()).data),
];

describe('a large message of a stream', () => {
  it('keeps its memory until it has left, whatever others send', async () => {
    const [first, second] = [slowStream(), slowStream()];
    const sent = send(first.stream, 1);
    void send(second.stream, 2);
    expect(read(first.sent[0])).toEqual([1]);
    expect(read(second.sent[0])).toEqual([2]);
    first.left();
    await sent;
    void send(first.stream, 3);
    expect(first.sent[1]?.buffer).toBe(first.sent[0]?.buffer);
    expect(read(first.sent[1])).toEqual([3]);
    expect(read(second.sent[0])).toEqual([2]);
  });

  it('never lends the bytes of a small one', () => {
    const { stream, sent } = slowStream();
    const immediate: LinkStream = { ...stream, send: (data) => void sent.push(data) };
    for (const byte of [1, 2]) sendMessage(immediate, StreamMessageSchema, message(byte, 100));
    expect(sent.map(read)).toEqual([[1], [2]]);
  });
});
