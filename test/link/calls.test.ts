import { randomBytes } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import type { IncomingStream, StreamStatus } from '../../src/link/link.ts';
import { bytesOf, call, memoryPair, ok, serveBy, serveEcho, textOf, tlsPair } from './support.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const settle = () => new Promise((resolve) => setTimeout(resolve, 30));
const unary = (text: string) => ({ data: bytesOf(text), halfClose: true });

describe.each([
  ['TLS', tlsPair],
  ['memory', memoryPair],
] as const)('calls over a link (%s)', (_, pairOf) => {
  it('carries a unary call in one frame each way', async () => {
    await using pair = await pairOf();
    serveEcho(pair.accepted);
    await settle(); // the first heartbeats
    const before = pair.dialed.counters().sentFrames;
    const { messages, status } = await call(pair.dialed, 'a.B/C', unary('hello')).seen;
    expect(messages.map(textOf)).toEqual(['hello']);
    expect(status).toEqual({ ...ok, lost: false });
    expect(pair.dialed.counters().sentFrames - before).toBe(1);
  });

  it('lets either side call the other', async () => {
    await using pair = await pairOf();
    serveEcho(pair.accepted);
    serveEcho(pair.dialed);
    const seen = await Promise.all([
      call(pair.dialed, 'a.B/C', unary('to the acceptor')).seen,
      call(pair.accepted, 'a.B/C', unary('to the dialer')).seen,
    ]);
    expect(seen.map(({ messages }) => textOf(messages[0]))).toEqual(['to the acceptor', 'to the dialer']);
  });

  it('carries method, metadata, timeout, headers, details and trailers as they are', async () => {
    await using pair = await pairOf();
    let incoming: IncomingStream | undefined;
    serveBy(pair.accepted, (stream) => {
      incoming = stream;
      stream.sendHeaders([{ name: 'h', value: 'é😀' }]);
      stream.end({
        code: 5,
        message: 'not here',
        details: [{ type: 'x.Y', value: Uint8Array.of(1, 2) }],
        trailers: [{ name: 't', value: '1' }],
      });
      return { onMessage: () => undefined, onEnd: () => undefined };
    });
    const options = { metadata: [{ name: 'k', value: 'v' }], timeoutMs: 1_234 };
    const { headers, status } = await call(pair.dialed, 'a.B/C', options).seen;
    expect(incoming).toMatchObject({ method: 'a.B/C', metadata: [{ name: 'k', value: 'v' }], timeoutMs: 1_234 });
    expect(headers).toEqual(['h=é😀']);
    expect(status).toEqual({
      code: 5,
      message: 'not here',
      details: [{ type: 'x.Y', value: Uint8Array.of(1, 2) }],
      trailers: [{ name: 't', value: '1' }],
      lost: false,
    });
  });

  it('streams thousands of messages each way, in order', async () => {
    await using pair = await pairOf();
    serveBy(pair.accepted, (stream) => ({
      onMessage(data) {
        stream.consumed(data.length);
        void stream.send(data);
      },
      onHalfClose: () => stream.end(ok),
      onEnd: () => undefined,
    }));
    const { stream, seen } = call(pair.dialed, 'a.B/C');
    for (let index = 0; index < 5_000; index++) await stream.send(bytesOf(String(index)));
    stream.halfClose();
    const { messages } = await seen;
    expect(messages.map((message) => Number(textOf(message)))).toEqual(
      Array.from({ length: 5_000 }, (__, index) => index),
    );
  });

  it('carries messages of every awkward size whole', async () => {
    await using pair = await pairOf();
    serveEcho(pair.accepted);
    const sizes = [0, 1, 65_535, 65_536, 65_537, 131_072, 1_048_576, 1_048_577, 5_000_000];
    for (const size of sizes) {
      const data = new Uint8Array(randomBytes(size));
      const { messages, status } = await call(pair.dialed, 'a.B/C', { data, halfClose: true }).seen;
      expect(status.code).toBe(0);
      expect(Buffer.from(messages[0] ?? []).equals(data), `${size} bytes`).toBe(true);
    }
  });

  it('carries a message of 64 MiB, and refuses one of a byte more before it is sent', async () => {
    await using pair = await pairOf();
    serveEcho(pair.accepted);
    const data = Buffer.alloc(64 * 1024 * 1024, 'x');
    const { messages } = await call(pair.dialed, 'a.B/C', { data, halfClose: true }).seen;
    expect(Buffer.from(messages[0] ?? []).equals(data)).toBe(true);
    expect(() => call(pair.dialed, 'a.B/C', { data: Buffer.alloc(data.length + 1) })).toThrow('67108864 are allowed');
  });

  it('does not let a small call wait for a large one', async () => {
    await using pair = await pairOf();
    serveEcho(pair.accepted);
    const data = Buffer.alloc(48 * 1024 * 1024);
    const order: string[] = [];
    const large = call(pair.dialed, 'a.B/Large', { data, halfClose: true }).seen.then(() => order.push('large'));
    await turn();
    const small = call(pair.dialed, 'a.B/Small', unary('quick')).seen.then(() => order.push('small'));
    await Promise.all([large, small]);
    expect(order).toEqual(['small', 'large']);
  });

  it('puts all frames of a turn into one packet', async () => {
    await using pair = await pairOf();
    serveEcho(pair.accepted);
    await settle(); // the first heartbeats
    const before = pair.dialed.counters();
    await Promise.all(Array.from({ length: 100 }, (__, index) => call(pair.dialed, 'a.B/C', unary(`${index}`)).seen));
    const after = pair.dialed.counters();
    expect(after.sentFrames - before.sentFrames).toBe(100);
    expect(after.sentPackets - before.sentPackets).toBe(1);
  });
});

describe('a stream', () => {
  it('stops its sender when its reader stops, and nobody else', async () => {
    await using pair = await memoryPair();
    let held: IncomingStream | undefined;
    let received = 0;
    serveBy(pair.accepted, (stream) => {
      if (stream.method === 'a.B/Echo') {
        return { onMessage: (data) => stream.end(ok, data), onEnd: () => undefined };
      }
      held = stream;
      return { onMessage: () => received++, onEnd: () => undefined };
    });
    const { stream } = call(pair.dialed, 'a.B/Hold');
    let sent = 0;
    const sending = (async () => {
      for (; sent < 100; sent++) await stream.send(bytesOf('m'));
    })();
    await settle();
    expect([sent, received]).toEqual([32, 32]);
    expect(textOf((await call(pair.dialed, 'a.B/Echo', unary('free')).seen).messages[0])).toBe('free');
    for (let count = 0; count < 16; count++) held?.consumed(1);
    await settle();
    expect([sent, received]).toEqual([48, 48]);
    stream.cancel(1);
    await sending;
  });

  it('stops its sender by bytes too', async () => {
    await using pair = await memoryPair();
    let received = 0;
    serveBy(pair.accepted, () => ({ onMessage: (data) => (received += data.length), onEnd: () => undefined }));
    const { stream } = call(pair.dialed, 'a.B/Hold');
    const sending = (async () => {
      for (let sent = 0; sent < 10; sent++) await stream.send(new Uint8Array(300_000));
    })();
    await vi.waitFor(() => expect(received).toBe(900_000), 10_000);
    await settle();
    expect(received).toBe(900_000);
    stream.cancel(1);
    await sending;
  });

  it('tells the callee that the caller gave up, with its code, and drops what is still sent', async () => {
    await using pair = await memoryPair();
    const ended = Promise.withResolvers<StreamStatus>();
    let incoming: IncomingStream | undefined;
    serveBy(pair.accepted, (stream) => {
      incoming = stream;
      return { onMessage: () => undefined, onEnd: ended.resolve };
    });
    const { stream, messages } = call(pair.dialed, 'a.B/C', { data: bytesOf('x') });
    await settle();
    stream.cancel(4);
    expect(await ended.promise).toMatchObject({ code: 4, lost: false });
    await incoming?.send(bytesOf('late'));
    incoming?.end(ok);
    await settle();
    expect(messages).toEqual([]);
    expect(pair.dialed.counters().streams + pair.accepted.counters().streams).toBe(0);
  });

  it('ends while the caller still sends, and what is on its way is ignored', async () => {
    await using pair = await memoryPair();
    serveBy(pair.accepted, (stream) => ({ onMessage: () => stream.end(ok), onEnd: () => undefined }));
    const { stream, seen } = call(pair.dialed, 'a.B/C', { data: bytesOf('1') });
    await stream.send(bytesOf('2'));
    await stream.send(bytesOf('3'));
    expect((await seen).status.code).toBe(0);
    await stream.send(bytesOf('4'));
    serveEcho(pair.accepted);
    expect((await call(pair.dialed, 'a.B/C', unary('still open')).seen).status.code).toBe(0);
  });

  it('waits for whoever takes calls, with all that has happened on it', async () => {
    await using pair = await memoryPair();
    const first = call(pair.dialed, 'a.B/C', unary('early')).seen;
    const second = call(pair.dialed, 'a.B/C', { data: bytesOf('gone') });
    second.stream.cancel(1);
    await settle();
    serveEcho(pair.accepted);
    expect(textOf((await first).messages[0])).toBe('early');
  });

  it('survives an owner that throws: its call fails, the link goes on', async () => {
    await using pair = await memoryPair();
    serveBy(pair.accepted, (stream) => {
      if (stream.method === 'a.B/Throw') throw new Error('a fault');
      return { onMessage: (data) => stream.end(ok, data), onEnd: () => undefined };
    });
    expect((await call(pair.dialed, 'a.B/Throw', unary('x')).seen).status).toMatchObject({ code: 13, lost: false });
    expect((await call(pair.dialed, 'a.B/C', unary('x')).seen).status.code).toBe(0);
  });

  it('is refused beyond 4,096 others: by its own side, and by the other if that one is stricter', async () => {
    await using pair = await memoryPair({}, { limits: { streams: 10 } });
    serveBy(pair.accepted, () => ({ onMessage: () => undefined, onEnd: () => undefined }));
    const calls = Array.from({ length: 11 }, () => call(pair.dialed, 'a.B/C', unary('x')));
    expect((await calls[10]?.seen)?.status).toMatchObject({ code: 8, lost: false });
    for (let open = 10; open < 4_096; open++)
      pair.dialed.open('a.B/C', { onMessage: () => undefined, onEnd: () => undefined });
    expect(() => call(pair.dialed, 'a.B/C')).toThrow('4096 calls are under way');
  });

  it('fails, not its link, when a message grows beyond the limit of the receiver', async () => {
    await using pair = await memoryPair({}, { limits: { messageBytes: 100_000 } });
    serveEcho(pair.accepted);
    const { status } = await call(pair.dialed, 'a.B/C', { data: new Uint8Array(200_000), halfClose: true }).seen;
    expect(status).toMatchObject({ code: 8, lost: false });
    expect((await call(pair.dialed, 'a.B/C', unary('x')).seen).status.code).toBe(0);
  });

  it('is answered without its message when too much waits for a caller that does not read', async () => {
    await using pair = await memoryPair({}, { limits: { unsentBytes: 3_000_000 } });
    serveBy(pair.accepted, (stream) => ({
      onMessage: () => stream.end(ok, new Uint8Array(2_500_000)),
      onEnd: () => undefined,
    }));
    const held = Array.from({ length: 6 }, () => call(pair.dialed, 'a.B/C', unary('x'), false));
    const statuses = await Promise.all(held.slice(3).map(({ seen }) => seen.then(({ status }) => status.code)));
    expect(statuses).toContain(8);
  });
});
