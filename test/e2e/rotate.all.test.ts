// New keys with real processes: peers follow, calls go on, and the old key is worth nothing when its time is over.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { callEcho, keepCalling } from '../fixtures/keep-calling.ts';
import { everything, startMesh, type TestMesh } from '../fixtures/mesh.ts';

let mesh: TestMesh<'work' | 'laptop'>;
let token: string;
beforeAll(async () => {
  mesh = await startMesh({
    work: { servers: { everything }, share: ['home'] },
    laptop: {},
  });
  await mesh.join('laptop', 'work');
  ({ token } = await mesh.node('laptop').json<{ token: string }>('token', 'create', '--agent', 'caller'));
  await vi.waitFor(() => call(0), { timeout: 20_000, interval: 200 });
}, 60_000);
afterAll(() => mesh?.[Symbol.asyncDispose]());

const caller = () => ({ url: mesh.node('laptop').url, token, target: 'work' });
const call = (n: number) => callEcho(caller(), n);

const idOf = async (name: 'work' | 'laptop') => (await mesh.node(name).json<{ nodeId: string }>('id')).nodeId;
const keysOf = (name: 'work' | 'laptop') => readFile(join(mesh.node(name).home, 'trust', 'home.keys'), 'utf8');

describe.each([
  ['work', 'laptop'],
  ['laptop', 'work'],
] as const)('a new key of %s', (rotated, other) => {
  it('costs no call, and replaces the old one in the keyring of its peer', async () => {
    const before = await idOf(rotated);
    const stop = keepCalling(caller());
    const answer = await mesh.node(rotated).json<{ followers: string[]; untold: string[] }>('id', 'rotate');
    expect(answer).toMatchObject({ followers: [other], untold: [] });
    const after = await idOf(rotated);
    expect(after).not.toBe(before);
    await vi.waitFor(async () => expect(await keysOf(other)).toMatch(new RegExp(`^${after} ${rotated}$`, 'm')), 10_000);
    expect(await keysOf(other)).not.toMatch(new RegExp(`^${before}`, 'm'));
    const { count, failures } = await stop();
    expect(failures).toEqual([]);
    expect(count).toBeGreaterThan(2);
  });

  it('is in force after a restart, with the tokens of before', async () => {
    await mesh.node(rotated).stop();
    await mesh.node(rotated).start();
    await vi.waitFor(() => call(1), { timeout: 20_000, interval: 200 });
  });

  it('is followed by a peer that was away', async () => {
    await mesh.node(other).stop();
    const answer = await mesh
      .node(rotated)
      .json<{ followers: string[]; untold: string[] }>('id', 'rotate', '--grace', '1s');
    expect(answer).toMatchObject({ followers: [], untold: [other] });
    await mesh.node(other).start();
    await vi.waitFor(() => call(2), { timeout: 25_000, interval: 200 });
    expect(await keysOf(other)).toContain(`${await idOf(rotated)} ${rotated}`);
  });
});
