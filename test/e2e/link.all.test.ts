// `towline link` against real nodes in processes of their own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, startMesh, type TestMesh } from '../fixtures/mesh.ts';

interface LinkJson {
  readonly alias: string;
  readonly state: string;
  readonly closeReason: string;
  readonly closedByPeer: boolean;
  readonly dialed: boolean;
  readonly carrier: string;
  readonly roundTripMs?: number;
  readonly lastCloseReason: string;
  readonly openTime: string;
  readonly closeTime?: string;
}

let mesh: TestMesh<'work' | 'laptop'>;

beforeAll(async () => {
  mesh = await startMesh({ work: {}, laptop: {} });
  await mesh.join('laptop', 'work');
}, 60_000);

afterAll(() => mesh[Symbol.asyncDispose]());

/** Each look is a process of its own. */
const patience = { timeout: 20_000, interval: 100 };

const linksOf = async (node: 'work' | 'laptop', ...words: string[]) =>
  (await mesh.node(node).json<{ links: LinkJson[] }>('link', ...words)).links;

/** The one link that a node has open. */
async function openLink(node: 'work' | 'laptop'): Promise<LinkJson> {
  await expect.poll(() => linksOf(node).then(({ length }) => length), patience).toBe(1);
  const [link] = await linksOf(node);
  if (!link) throw new Error('the link has gone again');
  return link;
}

describe('towline link', () => {
  it('shows both ends of a link, with its round trip soon after it opened', async () => {
    const [dialer, acceptor] = [await openLink('laptop'), await openLink('work')];
    expect(dialer).toMatchObject({ alias: 'work', state: 'LINK_STATE_OPEN', carrier: 'tls', dialed: true });
    expect(acceptor).toMatchObject({ alias: 'laptop', state: 'LINK_STATE_OPEN', dialed: false });
    expect(dialer.roundTripMs).toBeGreaterThan(0);
    const { stdout } = await mesh.node('laptop').towline('link', 'work');
    expect(stdout).toMatch(/^PEER .*\nwork +open .* tls +this node +127\.0\.0\.1:\d+ +[\d.]+ ms /);
  });

  it('refuses an alias that nobody has', async () => {
    const { code, stderr } = await mesh.node('laptop').towline('link', 'nobody');
    expect(code).toBe(5);
    expect(stderr).toContain('PEER_UNKNOWN');
  });

  it('tells how links ended, by whom, and what the next one followed', async () => {
    await mesh.node('work').stop();
    await expect.poll(() => linksOf('laptop', '--closed').then(({ length }) => length), patience).toBe(1);
    const [ended] = await linksOf('laptop', '--closed');
    expect(ended).toMatchObject({ alias: 'work', closeReason: 'CLOSE_REASON_SHUTDOWN', closedByPeer: true });
    expect(Date.parse(ended?.closeTime ?? '')).toBeGreaterThan(Date.parse(ended?.openTime ?? ''));
    await mesh.node('work').start();
    expect(await openLink('laptop')).toMatchObject({ lastCloseReason: 'CLOSE_REASON_SHUTDOWN' });
  });

  it('watches a link that is cut, and the one that follows', async () => {
    await openLink('laptop');
    const child = spawn(process.execPath, [bin, '--home', mesh.node('laptop').home, 'link', '--watch'], {
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const next = async () => String((await lines.next()).value);
      expect(await next()).toContain('work  open  tls, dialed by this node');
      await mesh.node('work').stop('SIGKILL');
      expect(await next()).toMatch(/work {2}closed {2}carrier lost {2}by nobody after \d+s/);
      await mesh.node('work').start();
      expect(await next()).toContain('work  open');
    } finally {
      const exited = once(child, 'exit');
      child.kill('SIGINT');
      expect((await exited)[0]).toBe(0);
    }
  });
}, 60_000);
