/** Two real nodes, and between them a proxy that terminates TLS: it carries the link and can neither read nor alter it. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { everything, startMesh, type TestMesh } from '../fixtures/mesh.ts';
import { ordinaryCertificate } from '../fixtures/ordinary-certificate.ts';
import { TlsProxy } from '../fixtures/tls-proxy.ts';

interface LinkStatus {
  readonly carrier: string;
  readonly dialed: boolean;
  readonly remoteAddress: string;
  readonly closeReason: string;
  readonly closeMessage: string;
}

let proxy: TlsProxy;
let mesh: TestMesh<'work' | 'laptop'>;

beforeAll(async () => {
  proxy = new TlsProxy({
    tls: await ordinaryCertificate(),
    target: () => new URL(mesh.node('work').url).host,
  });
  await proxy.start();
  mesh = await startMesh({
    work: { servers: { everything }, share: ['home'], up: ['--advertise', proxy.address] },
    laptop: {},
  });
  await mesh.join('laptop', 'work');
}, 60_000);

afterAll(async () => {
  await mesh[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

/** The links of a node: open ones, or those that ended, newest first. */
async function linksOf(name: 'work' | 'laptop', ...options: '--closed'[]): Promise<LinkStatus[]> {
  return (await mesh.node(name).json<{ links: LinkStatus[] }>('link', ...options)).links;
}

async function echo(message: string): Promise<string> {
  const { stdout, stderr } = await mesh.node('laptop').towline('call', 'work/everything/echo', `message=${message}`);
  return stdout + stderr;
}

const whenBack = () =>
  vi.waitFor(async () => expect(await echo('back again')).toContain('Echo: back again'), {
    timeout: 20_000,
    interval: 200,
  });

describe('a link through a proxy that terminates TLS', () => {
  it('is there after a join with an invite that names the proxy alone', async () => {
    await whenBack();
    const [[ours], [theirs]] = [await linksOf('laptop'), await linksOf('work')];
    expect(ours).toMatchObject({ carrier: 'websocket', dialed: true, remoteAddress: proxy.address });
    expect(theirs).toMatchObject({ carrier: 'websocket' });
    expect(theirs?.remoteAddress).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(proxy.carried).toBe(1);
  });

  it('shows the proxy ciphertext only', async () => {
    const marker = `marker-${crypto.randomUUID()}`;
    const before = proxy.seen.length;
    expect(await echo(marker.repeat(50))).toContain(marker.repeat(50));
    const seen = proxy.seen;
    expect(seen.length - before).toBeGreaterThan(2 * 50 * marker.length); // there and back
    expect(seen.subarray(0, 3)).toEqual(Buffer.from([0x16, 0x03, 0x01])); // a TLS record with a ClientHello
    for (const secret of [marker, 'everything', 'echo', 'towline', 'LinkService', 'JoinService']) {
      expect(seen.includes(secret), secret).toBe(false);
    }
  });

  it.each(['up', 'down'] as const)(
    'ends when one byte is altered on its way %s, and both ends say why',
    async (way) => {
      await whenBack();
      const nodes = ['work', 'laptop'] as const;
      const endedOf = (name: (typeof nodes)[number]) => linksOf(name, '--closed');
      const known = await Promise.all(nodes.map(async (name) => (await endedOf(name)).length));
      proxy.alterNext(way);
      const calling = echo('altered'); // something to carry; what becomes of it is not the point
      await vi.waitFor(async () => {
        for (const [n, name] of nodes.entries()) {
          const ended = await endedOf(name);
          expect(ended.length).toBeGreaterThan(known[n] ?? 0);
          expect(ended[0]).toMatchObject({ carrier: 'websocket', closeReason: 'CLOSE_REASON_CARRIER_LOST' });
          expect(ended[0]?.closeMessage).toMatch(/altered on the way/);
        }
      }, 15_000);
      await calling;
      await whenBack();
    },
  );

  it('is back after the proxy was away', async () => {
    await proxy.stop();
    await vi.waitFor(async () => expect(await linksOf('laptop')).toEqual([]), 10_000);
    expect(await echo('lost')).toContain('PEER_OFFLINE');
    await proxy.start();
    await whenBack();
    expect((await linksOf('laptop'))[0]).toMatchObject({ carrier: 'websocket' });
  });

  it('makes way for a direct one when there is a direct address', async () => {
    const work = await mesh.node('work').json<{ nodeId: string }>('id');
    const address = new URL(mesh.node('work').url).host;
    await mesh.node('laptop').json('trust', 'add', work.nodeId, 'work', '--address', address);
    await proxy.stop();
    await whenBack();
    expect((await linksOf('laptop'))[0]).toMatchObject({ carrier: 'tls', remoteAddress: address });
  });
});
