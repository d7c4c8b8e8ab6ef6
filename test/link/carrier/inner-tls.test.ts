import { Duplex, PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { acceptInnerTls, dialInnerTls } from '../../../src/link/carrier/inner-tls.ts';
import { memoryCarriers } from '../../../src/link/carrier/memory.ts';
import { type TestNode, testNode } from '../support.ts';

const [one, two] = [testNode(), testNode()];

/** Both ends of a byte stream that nothing protects. */
function pipe(): { left: Duplex; right: Duplex } {
  const { dialed, accepted } = memoryCarriers(one.nodeId, two.nodeId);
  return { left: dialed.stream, right: accepted.stream };
}

const dial = async (stream: Duplex, nodeId = two.nodeId, signal?: AbortSignal) =>
  dialInnerTls({ identity: await one.tls(), nodeId, stream, address: 'there', signal });

const accept = async (stream: Duplex, by: TestNode = two) =>
  acceptInnerTls({ identity: await by.tls(), stream, address: 'here' });

async function pair() {
  const { left, right } = pipe();
  const [dialed, accepted] = await Promise.all([dial(left), accept(right)]);
  return { dialed, accepted, left, right };
}

const closed = (stream: Duplex) =>
  stream.closed ? undefined : new Promise<void>((resolve) => stream.once('close', resolve));

describe('TLS inside a byte stream', () => {
  it('shows each side the key of the other, and gives both the same binding', async () => {
    const { dialed, accepted } = await pair();
    expect([dialed.peerNodeId, accepted.peerNodeId]).toEqual([two.nodeId, one.nodeId]);
    expect(dialed.binding).toHaveLength(32);
    expect(dialed.binding).toEqual(accepted.binding);
    expect([dialed.stream.getProtocol(), dialed.stream.alpnProtocol]).toEqual(['TLSv1.3', 'h2']);
    dialed.stream.destroy();
  });

  it('has another binding each time', async () => {
    const [first, second] = [await pair(), await pair()];
    expect(first.dialed.binding).not.toEqual(second.dialed.binding);
    for (const { dialed } of [first, second]) dialed.stream.destroy();
  });

  it('carries bytes whole and ends both ways', async () => {
    const { dialed, accepted, left, right } = await pair();
    const sent = 'x'.repeat(300_000);
    dialed.stream.end(sent);
    const got = text(accepted.stream);
    dialed.stream.resume();
    expect(await got).toBe(sent);
    await Promise.all([closed(dialed.stream), closed(accepted.stream), closed(left), closed(right)]);
  });

  it('refuses another key than the one that was meant', async () => {
    const { left, right } = pipe();
    const accepting = accept(right, testNode());
    accepting.catch(() => undefined);
    await expect(dial(left)).rejects.toMatchObject({ reason: 'LINK_KEY_MISMATCH' });
    await closed(left);
  });

  it('refuses who shows no key', async () => {
    const { left, right } = pipe();
    connect({ socket: left, rejectUnauthorized: false }).on('error', () => undefined);
    await expect(accept(right)).rejects.toMatchObject({ reason: 'LINK_UNTRUSTED' });
    await closed(right);
  });

  it('refuses what is no TLS', async () => {
    const { left, right } = pipe();
    left.write('GET / HTTP/1.1\r\n\r\n');
    await expect(accept(right)).rejects.toMatchObject({ reason: 'LINK_LOST' });
    const other = pipe();
    other.right.write('HTTP/1.1 200 OK\r\n\r\n');
    await expect(dial(other.left)).rejects.toMatchObject({ reason: 'LINK_UNREACHABLE' });
    await Promise.all([closed(right), closed(other.left)]);
  });

  it('gives up after three seconds of silence, on both sides', async () => {
    const [silent, other] = [pipe(), pipe()];
    const startMs = performance.now();
    await Promise.all([
      expect(dial(silent.left)).rejects.toMatchObject({ reason: 'LINK_UNREACHABLE' }),
      expect(accept(other.right)).rejects.toMatchObject({ reason: 'LINK_LOST' }),
    ]);
    expect(performance.now() - startMs).toBeGreaterThan(2_900);
    await Promise.all([closed(silent.left), closed(other.right)]);
  });

  it('can be given up', async () => {
    const { left } = pipe();
    await expect(dial(left, two.nodeId, AbortSignal.abort())).rejects.toMatchObject({ message: /given up/ });
    await closed(left);
  });

  it('ends with an error at the first byte that is not the other side’s', async () => {
    const { dialed, accepted, left } = await pair();
    const failed = new Promise<Error>((resolve) => accepted.stream.resume().once('error', resolve));
    left.write(Buffer.concat([Buffer.from([23, 3, 3, 0, 32]), Buffer.alloc(32)]));
    expect((await failed).message).toMatch(/bad record mac/i);
    await Promise.all([closed(dialed.stream), closed(accepted.stream)]);
  });

  it('ends when the stream that carries it is lost', async () => {
    const { dialed, accepted, right } = await pair();
    right.destroy();
    await Promise.all([closed(dialed.stream), closed(accepted.stream)]);
  });

  it('works over any stream that delivers in a later turn', async () => {
    const [there, back] = [new PassThrough(), new PassThrough()];
    const left = Duplex.from({ readable: back, writable: there });
    const right = Duplex.from({ readable: there, writable: back });
    const [dialed, accepted] = await Promise.all([dial(left), accept(right)]);
    expect(dialed.binding).toEqual(accepted.binding);
    dialed.stream.destroy();
    accepted.stream.destroy();
  });
});
