import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AsyncQueue } from '../../src/base/async-queue.ts';
import { ByteStream } from '../../src/base/byte-stream.ts';

const nothing = () => new AsyncQueue<Uint8Array>();

describe('a byte stream', () => {
  it('gives what was written in pieces of at most the size asked for, in order', async () => {
    const stream = new ByteStream({ incoming: nothing(), pieceBytes: 10 });
    const data = randomBytes(1_003);
    stream.write(data.subarray(0, 7));
    stream.write(data.subarray(7, 500));
    stream.end(data.subarray(500));
    const pieces: Uint8Array[] = [];
    for await (const piece of stream.outgoing) pieces.push(piece);
    expect(Math.max(...pieces.map(({ length }) => length))).toBe(10);
    expect(Buffer.concat(pieces).equals(data)).toBe(true);
  });

  it('gives what arrives to its reader, and then the end', async () => {
    const incoming = nothing();
    const stream = new ByteStream({ incoming, pieceBytes: 10 });
    for (const text of ['a', 'bc', 'def']) incoming.push(Buffer.from(text));
    incoming.end();
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    expect(text).toBe('abcdef');
  });

  it('stops its writer when nobody asks for more', async () => {
    const stream = new ByteStream({ incoming: nothing(), pieceBytes: 1_024 });
    let isDone = false;
    stream.write(Buffer.alloc(1_024), () => {
      isDone = true;
    });
    await stream.outgoing.next();
    await sleep(20);
    expect(isDone).toBe(false);
    void stream.outgoing.next();
    await sleep(20);
    expect(isDone).toBe(true);
    stream.destroy();
  });

  it('asks for more only when its reader has taken what there was', async () => {
    let asked = 0;
    const next = async () => {
      asked++;
      return { done: false, value: new Uint8Array(1_024) };
    };
    const stream = new ByteStream({ incoming: { next }, pieceBytes: 10 });
    stream.on('readable', () => undefined);
    await sleep(50);
    expect(asked * 1_024).toBeLessThanOrEqual(2 * stream.readableHighWaterMark);
    stream.destroy();
  });

  it('ends with the error of what arrives, and tells its writer', async () => {
    const incoming = nothing();
    const stream = new ByteStream({ incoming, pieceBytes: 10 });
    const written = new Promise((resolve) => stream.write('never taken', resolve));
    incoming.fail(new Error('cut'));
    stream.resume();
    const [error] = await once(stream, 'error');
    expect(error).toMatchObject({ message: 'cut' });
    expect(await written).toBeInstanceOf(Error);
    expect((await stream.outgoing.next()).done).toBe(true);
  });

  it('lets go of both sides when it is destroyed', async () => {
    const incoming = nothing();
    const stream = new ByteStream({ incoming, pieceBytes: 10 });
    const asked = stream.outgoing.next();
    stream.destroy();
    expect((await asked).done).toBe(true);
    await sleep(5);
    expect(incoming.ended).toBe(true);
  });

  it('is destroyed by a reader of its pieces that stops', async () => {
    const stream = new ByteStream({ incoming: nothing(), pieceBytes: 10 });
    stream.write('some text to read');
    for await (const _piece of stream.outgoing) break;
    expect(stream.destroyed).toBe(true);
  });
});
