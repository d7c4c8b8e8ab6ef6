/**
 * What every carrier promises to the link on top of it, however its bytes travel. Run it against each.
 */
import { createHash, randomBytes } from 'node:crypto';
import { getEventListeners, once } from 'node:events';
import type { Duplex } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import type { Carrier } from '../../src/link/carrier/carrier.ts';
import type { Link } from '../../src/link/link.ts';
import { dialLink } from '../../src/link/open.ts';
import { Accepted, call, linkServer, optionsOf, serveEcho, type TestNode } from '../link/support.ts';

/** A node that dials, a node that is dialed, and a way between them. */
export interface CarrierUnderTest extends AsyncDisposable {
  readonly kind: Carrier['kind'];
  readonly dialer: TestNode;
  readonly acceptor: TestNode;
  /** Connects the two once more: both ends of it. */
  connect(signal?: AbortSignal): Promise<CarrierPair>;
  /** Where the acceptor is; absent for carriers that are not dialed by an address. */
  readonly address?: string;
  /** Dials an address, of which `nodeId` is expected. */
  dial?(address: string, nodeId: Uint8Array, signal?: AbortSignal): Promise<Carrier>;
  /** The same kind of address, at which nobody listens, or somebody listens and never answers. */
  readonly deadAddress?: string;
  readonly silentAddress?: string;
}

export interface CarrierPair {
  readonly dialed: Carrier;
  readonly accepted: Carrier;
}

const MIB = 1024 * 1024;

/** More than any carrier takes of a reader that reads nothing: kernel buffers of both ends, and TLS in between. */
const HELD_BYTES = 24 * MIB;

/** Registers the tests. */
export function testCarrier(name: string, start: () => Promise<CarrierUnderTest>): void {
  describe(`the ${name} carrier`, () => {
    let under: CarrierUnderTest;
    const streams: Duplex[] = [];

    beforeAll(async () => {
      under = await start();
    });
    afterAll(() => under[Symbol.asyncDispose]());
    afterEach(async () => {
      for (const stream of streams) stream.on('error', () => undefined).destroy();
      await Promise.all(streams.splice(0).map(closed));
    });

    async function connect(signal?: AbortSignal): Promise<CarrierPair> {
      const pair = await under.connect(signal);
      streams.push(pair.dialed.stream, pair.accepted.stream);
      return pair;
    }

    /** Both ends, each as the one that acts. */
    async function connectStreams(actor: 'dialer' | 'acceptor'): Promise<{ here: Duplex; there: Duplex }> {
      const { dialed, accepted } = await connect();
      const [here, there] = actor === 'dialer' ? [dialed, accepted] : [accepted, dialed];
      return { here: here.stream, there: there.stream };
    }

    describe('says', () => {
      it('of which kind it is, at both ends', async () => {
        const { dialed, accepted } = await connect();
        expect([dialed.kind, accepted.kind]).toEqual([under.kind, under.kind]);
      });

      it('where the other end is: the address that was dialed, and where a connection came from', async () => {
        const { dialed, accepted } = await connect();
        expect(dialed.remoteAddress).toBe(under.address);
        if (under.address === undefined) expect(accepted.remoteAddress).toBeUndefined();
        else expect(accepted.remoteAddress).toMatch(/^127\.0\.0\.1:\d+$/);
      });

      it('whose keys are at its ends', async () => {
        const { dialed, accepted } = await connect();
        expect(dialed.peerNodeId).toEqual(under.acceptor.nodeId);
        expect(accepted.peerNodeId).toEqual(under.dialer.nodeId);
      });

      it('32 bytes that both ends know, and that no other connection has', async () => {
        const pairs = [await connect(), await connect(), await connect()];
        for (const { dialed, accepted } of pairs) {
          expect(dialed.binding).toBeInstanceOf(Uint8Array);
          expect(dialed.binding).toHaveLength(32);
          expect(dialed.binding).toEqual(accepted.binding);
        }
        expect(new Set(pairs.map(({ dialed }) => Buffer.from(dialed.binding).toString('hex'))).size).toBe(3);
      });
    });

    describe.each(['dialer', 'acceptor'] as const)('from the %s', (actor) => {
      it('carries small writes in order', async () => {
        const { here, there } = await connectStreams(actor);
        const got = collect(there);
        const sent = Buffer.from(Array.from({ length: 5_000 }, (_, n) => n % 251));
        for (const byte of sent) here.write(Buffer.of(byte));
        here.end();
        expect((await got).equals(sent)).toBe(true);
      });

      it('carries writes of all sizes whole, both ways at once', async () => {
        const { here, there } = await connectStreams(actor);
        const sizes = [1, 16_383, 16_384, 16_385, 0, 65_536, 1, MIB, 7, 300_000];
        const sums = [digest(here), digest(there)];
        const [mine, theirs] = await Promise.all([writeAll(here, sizes), writeAll(there, sizes)]);
        here.end();
        there.end();
        expect(await Promise.all(sums)).toEqual([theirs, mine]);
      });

      it('carries one large write', async () => {
        const { here, there } = await connectStreams(actor);
        const got = digest(there);
        const sent = await writeAll(here, [12 * MIB]);
        here.end();
        expect(await got).toEqual(sent);
      });

      it('delivers in a later turn than it was written to', async () => {
        const { here, there } = await connectStreams(actor);
        const seen: Buffer[] = [];
        there.on('data', (chunk: Buffer) => seen.push(chunk));
        here.write('x');
        expect(seen).toEqual([]);
        await vi.waitFor(() => expect(Buffer.concat(seen).toString()).toBe('x'));
      });

      it('takes no more than it can hold for a reader that reads nothing, and goes on when it reads', async () => {
        const { here, there } = await connectStreams(actor);
        const chunk = randomBytes(MIB);
        let taken = 0;
        const pump = (left: number): void => {
          if (left === 0) here.end();
          else
            here.write(chunk, (error) => {
              taken += error ? 0 : chunk.length;
              if (!error) pump(left - 1);
            });
        };
        pump(40);
        await settled(() => taken);
        expect(taken).toBeLessThan(HELD_BYTES);
        expect(here.writableNeedDrain).toBe(true);
        let received = 0;
        there.on('data', (part: Buffer) => {
          received += part.length;
        });
        await once(there, 'end');
        expect(received).toBe(40 * MIB);
      });

      it('is not stopped in one direction by a reader that reads nothing in the other', async () => {
        const { here, there } = await connectStreams(actor);
        for (let written = 0; written < HELD_BYTES; written += MIB) here.write(randomBytes(MIB));
        await settled(() => here.writableLength);
        const got: Buffer[] = [];
        here.on('data', (chunk: Buffer) => got.push(chunk));
        there.write('still here');
        await vi.waitFor(() => expect(Buffer.concat(got).toString()).toBe('still here'));
      });

      it('delivers all that was written before its end, then the end, and closes both ends without an error', async () => {
        const { here, there } = await connectStreams(actor);
        const errors = errorsOf(here, there);
        const got = collect(there);
        const sent = randomBytes(3 * MIB);
        here.end(sent);
        here.resume();
        expect((await got).equals(sent)).toBe(true);
        await Promise.all([closed(here), closed(there)]);
        expect(errors).toEqual([]);
      });

      it('delivers what the other side wrote before it saw the end', async () => {
        const { here, there } = await connectStreams(actor);
        const got = collect(here);
        there.write('a last word');
        here.end('good-bye');
        there.resume();
        expect((await got).toString()).toBe('a last word');
        await Promise.all([closed(here), closed(there)]);
      });

      it('closes the other end when it is destroyed', async () => {
        const { here, there } = await connectStreams(actor);
        there.on('error', () => undefined).resume();
        here.destroy();
        here.destroy();
        await Promise.all([closed(here), closed(there)]);
      });

      it('keeps the error that it is destroyed with to its own end', async () => {
        const { here, there } = await connectStreams(actor);
        const errors: unknown[] = [];
        here.on('error', (error) => errors.push(error.message));
        there.on('error', () => undefined).resume();
        here.destroy(new Error('enough'));
        await Promise.all([closed(here), closed(there)]);
        expect(errors).toEqual(['enough']);
      });

      it('tells a write that waits when it is destroyed, and closes both ends', async () => {
        const { here, there } = await connectStreams(actor);
        const told: boolean[] = [];
        const chunk = randomBytes(MIB);
        for (let n = 0; n < 40; n++) here.write(chunk, (error) => told.push(error != null));
        await settled(() => told.length);
        here.on('error', () => undefined);
        there.on('error', () => undefined);
        here.destroy();
        await closed(here);
        await vi.waitFor(() => expect(told).toHaveLength(40));
        expect(told.at(-1)).toBe(true);
        there.resume();
        await closed(there);
      });

      it('tells every write that waits when the other end is destroyed', async () => {
        const { here, there } = await connectStreams(actor);
        const told: boolean[] = [];
        const chunk = randomBytes(MIB);
        here.on('error', () => undefined);
        for (let n = 0; n < 40; n++) here.write(chunk, (error) => told.push(error != null));
        await settled(() => told.length);
        there.on('error', () => undefined).destroy();
        here.resume();
        await Promise.all([closed(here), closed(there)]);
        // That a write was taken does not say that it arrived.
        await vi.waitFor(() => expect(told).toHaveLength(40));
      });

      it('refuses a write after its end', async () => {
        const { here, there } = await connectStreams(actor);
        there.resume();
        here
          .on('error', () => undefined)
          .resume()
          .end();
        const error = await new Promise((resolve) => here.write('too late', resolve));
        expect(error).toBeInstanceOf(Error);
      });
    });

    describe('under a link', () => {
      async function connectLinks(): Promise<CarrierPair & { ours: Link; theirs: Link }> {
        const { dialed, accepted } = await connect();
        const links = new Accepted();
        linkServer(links, optionsOf(under.acceptor), () => accepted).emit('connection', accepted.stream);
        const ours = await dialLink(dialed, optionsOf(under.dialer));
        const theirs = await links.next();
        for (const link of [ours, theirs]) serveEcho(link);
        return { dialed, accepted, ours, theirs };
      }

      async function echo(link: Link, bytes: number): Promise<number | undefined> {
        const { messages } = await call(link, '/t/Echo', { data: new Uint8Array(bytes).fill(7), halfClose: true }).seen;
        return messages[0]?.length;
      }

      it('carries calls both ways, and closes with it', async () => {
        const { dialed, accepted, ours, theirs } = await connectLinks();
        expect([ours.carrier, theirs.carrier]).toEqual([under.kind, under.kind]);
        expect(await Promise.all([echo(ours, 3 * MIB), echo(ours, 5), echo(theirs, 5)])).toEqual([3 * MIB, 5, 5]);
        ours.close(CloseReason.REQUESTED, 'done');
        await Promise.all([ours.closed, theirs.closed]);
        await Promise.all([closed(dialed.stream), closed(accepted.stream)]);
      });

      it('holds what both ends write at once, before either reads', async () => {
        const { ours, theirs } = await connectLinks();
        const calls = Array.from({ length: 8 }, () => [echo(ours, MIB), echo(theirs, MIB)]).flat();
        expect(new Set(await Promise.all(calls))).toEqual(new Set([MIB]));
      });

      it('binds the hellos to itself: passed on to another connection they are worth nothing', async () => {
        const [left, right] = [await connect(), await connect()];
        left.accepted.stream.pipe(right.dialed.stream).pipe(left.accepted.stream);
        for (const { dialed, accepted } of [left, right]) {
          for (const { stream } of [dialed, accepted]) stream.on('error', () => undefined);
        }
        const links = new Accepted();
        const server = linkServer(links, optionsOf(under.acceptor), () => right.accepted);
        server.emit('connection', right.accepted.stream);
        const refused = { reason: 'LINK_BAD_HELLO' };
        await expect(dialLink(left.dialed, optionsOf(under.dialer))).rejects.toMatchObject(refused);
        await expect(links.next()).rejects.toMatchObject(refused);
      });
    });

    it('leaves nothing behind', async () => {
      const signal = new AbortController().signal;
      await settled(() => resources().join());
      const before = resources();
      for (let n = 0; n < 20; n++) {
        const { dialed, accepted } = await connect(signal);
        accepted.stream.on('error', () => undefined).resume();
        if (n % 2 === 0) dialed.stream.destroy();
        else dialed.stream.resume().end('x');
        await Promise.all([closed(dialed.stream), closed(accepted.stream)]);
      }
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
      await vi.waitFor(() => expect(resources()).toEqual(before), { timeout: 5_000 });
    });

    describe('when it is dialed', () => {
      const dial = (address: string | undefined, nodeId: Uint8Array, signal?: AbortSignal) => {
        if (!under.dial || address === undefined) return undefined;
        return under.dial(address, nodeId, signal);
      };
      const isDialed = () => under.dial !== undefined;

      it('fails with LINK_KEY_MISMATCH where another key answers', async ({ skip }) => {
        if (!isDialed()) skip();
        await expect(dial(under.address, under.dialer.nodeId)).rejects.toMatchObject({ reason: 'LINK_KEY_MISMATCH' });
      });

      it('fails with LINK_UNREACHABLE where nobody listens', async ({ skip }) => {
        if (!isDialed()) skip();
        const unreachable = { reason: 'LINK_UNREACHABLE', metadata: { address: under.deadAddress } };
        await expect(dial(under.deadAddress, under.acceptor.nodeId)).rejects.toMatchObject(unreachable);
      });

      it('fails with LINK_UNREACHABLE after 3 s where somebody listens and is silent', async ({ skip }) => {
        if (!isDialed()) skip();
        const startMs = performance.now();
        const unreachable = { reason: 'LINK_UNREACHABLE' };
        await expect(dial(under.silentAddress, under.acceptor.nodeId)).rejects.toMatchObject(unreachable);
        expect(performance.now() - startMs).toBeGreaterThan(2_900);
      });

      it('can be given up, and forgets the signal', async ({ skip }) => {
        if (!isDialed()) skip();
        const stop = new AbortController();
        const dialing = dial(under.silentAddress, under.acceptor.nodeId, stop.signal);
        setTimeout(() => stop.abort(), 20);
        await expect(dialing).rejects.toMatchObject({ reason: 'LINK_UNREACHABLE', message: /given up/ });
        expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0);
      });
    });
  });
}

/** Resolves when the stream has closed. */
async function closed(stream: Duplex): Promise<void> {
  if (!stream.closed) await new Promise<void>((resolve) => stream.once('close', () => resolve()));
}

/** All bytes until the end. */
async function collect(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function digest(stream: Duplex): Promise<string> {
  return hash(await collect(stream));
}

function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Writes random bytes in pieces of these sizes; gives the hash of all. */
async function writeAll(stream: Duplex, sizes: readonly number[]): Promise<string> {
  const chunks = sizes.map((size) => randomBytes(size));
  for (const chunk of chunks) if (!stream.write(chunk)) await once(stream, 'drain');
  return hash(Buffer.concat(chunks));
}

function errorsOf(...streams: Duplex[]): unknown[] {
  const errors: unknown[] = [];
  for (const stream of streams) stream.on('error', (error) => errors.push(error.message));
  return errors;
}

/** Waits until a figure has not changed for a while. */
async function settled(figure: () => unknown): Promise<void> {
  for (let last = Symbol() as unknown; last !== figure(); ) {
    last = figure();
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/** What keeps this process busy that a carrier could have made. */
function resources(): string[] {
  const kinds = /TCP|TLS|JSStream|HTTP/;
  return process
    .getActiveResourcesInfo()
    .filter((kind) => kinds.test(kind))
    .sort();
}
