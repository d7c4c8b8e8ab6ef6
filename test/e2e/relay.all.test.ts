/** Three real processes: two nodes that cannot reach each other, and a hub that both reach. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startMesh, type TestMesh } from '../fixtures/mesh.ts';

const counting = {
  command: process.execPath,
  args: [join(import.meta.dirname, '..', 'fixtures', 'counting-server.ts')],
};
/** What the two tell others of themselves: nobody listens there. */
const config = 'listen:\n  advertise: ["127.0.0.1:1"]\n';

type Name = 'hub' | 'left' | 'right';
interface Peers {
  peers: { node: { alias: string }; state: string; relayAlias: string }[];
}

let mesh: TestMesh<Name>;
beforeAll(async () => {
  const right = { config, servers: { counting }, share: ['home'] };
  mesh = await startMesh<Name>({ hub: {}, left: { config }, right });
  await mesh.join('left', 'hub');
  await mesh.join('right', 'hub');
  await trust('right', 'left');
  await trust('left', 'right', '--dial');
}, 60_000);
afterAll(() => mesh[Symbol.asyncDispose]());

async function trust(who: Name, whom: Name, ...options: string[]): Promise<void> {
  const { nodeId } = await mesh.node(whom).json<{ nodeId: string }>('id');
  await mesh.node(who).json('trust', 'add', nodeId, whom, ...options);
}

/** How `who` sees `whom`: its state, and through whom it is reached. */
async function seen(who: Name, whom: Name): Promise<string> {
  const { peers } = await mesh.node(who).json<Peers>('peers');
  const peer = peers.find(({ node }) => node.alias === whom);
  return `${peer?.state} ${peer?.relayAlias}`;
}

const runs = async () => (await mesh.node('left').towline('call', 'right/counting/count')).stdout;
const relayed = () =>
  vi.waitFor(async () => expect(await seen('left', 'right')).toBe('PEER_STATE_CONNECTED hub'), wait);
const wait = { timeout: 30_000, interval: 200 };

describe('two nodes that cannot reach each other', () => {
  it('call each other through a hub', { timeout: 60_000 }, async () => {
    await relayed();
    expect(await runs()).toContain('0 runs');
    expect((await mesh.node('left').towline('peers')).stdout).toMatch(/right .*relay via hub/);
  });

  it('lose each other with the hub, and are back when it is', { timeout: 90_000 }, async () => {
    await mesh.node('hub').stop('SIGKILL');
    await vi.waitFor(async () => expect(await seen('left', 'right')).not.toContain('CONNECTED'), wait);
    const lost = await mesh.node('left').towline('call', 'right/counting/count');
    expect([lost.code, lost.stderr]).toEqual([6, expect.stringContaining('PEER_OFFLINE')]);
    await mesh.node('hub').start();
    await relayed();
    expect(await runs()).toContain('0 runs');
  });

  it('go direct when there is a path, without a failed call', { timeout: 60_000 }, async () => {
    const working = mesh.node('left').towline('call', 'right/counting/work', 'ms=6000');
    const address = new URL(mesh.node('right').url).host;
    await trust('left', 'right', '--address', address);
    await vi.waitFor(async () => expect(await seen('left', 'right')).toBe('PEER_STATE_CONNECTED '), wait);
    expect(await runs()).toContain('1 runs');
    const { code, stdout, stderr } = await working;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('1 runs');
  });
});
