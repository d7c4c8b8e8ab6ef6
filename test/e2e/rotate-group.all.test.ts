// New keys in a group with a roster, with real processes: no call fails, every member knows the new key, and an owner goes on owning.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseNodeId } from '../../src/trust/node-id.ts';
import { callEcho, keepCalling } from '../fixtures/keep-calling.ts';
import { everything, startMesh, type TestMesh } from '../fixtures/mesh.ts';

type Name = 'ann' | 'bob' | 'cat';
const wait = { timeout: 60_000, interval: 200 };

let mesh: TestMesh<Name>;
let token: string;
beforeAll(async () => {
  mesh = await startMesh({ ann: {}, bob: { servers: { everything }, share: ['team'] }, cat: {} });
  await mesh.node('ann').json('group', 'create', 'team');
  await mesh.join('bob', 'ann', 'team');
  await mesh.join('cat', 'ann', 'team');
  ({ token } = await mesh.node('cat').json<{ token: string }>('token', 'create', '--agent', 'caller'));
  await vi.waitFor(() => callEcho(caller(), 0), wait);
}, 60_000);
afterAll(() => mesh?.[Symbol.asyncDispose]());

const caller = () => ({ url: mesh.node('cat').url, token, target: 'bob' });

/** As JSON shows keys. */
const idOf = async (name: Name) => {
  const { nodeId } = await mesh.node(name).json<{ nodeId: string }>('id');
  return Buffer.from(parseNodeId(nodeId)).toString('base64');
};
/** The keys of members and owners. The group itself is named by the founder's first key, for ever. */
async function shownOn(name: Name): Promise<string> {
  const { group, members } = await mesh
    .node(name)
    .json<{ group: { ownerIds: string[] }; members: unknown[] }>('group', 'show', 'team');
  return JSON.stringify([group.ownerIds, members]);
}

describe.each(['bob', 'ann', 'cat'] as const)('a new key of %s, in a group', (rotated) => {
  it('costs no call, and is in the roster of every member', async () => {
    const before = await idOf(rotated);
    const stop = keepCalling(caller());
    await mesh.node(rotated).json('id', 'rotate');
    const after = await idOf(rotated);
    expect(after).not.toBe(before);
    await vi.waitFor(async () => {
      for (const name of ['ann', 'bob', 'cat'] as const) {
        const text = await shownOn(name);
        expect(text).toContain(after);
        expect(text).not.toContain(before);
      }
    }, wait);
    const { count, failures } = await stop();
    expect(failures).toEqual([]);
    expect(count).toBeGreaterThan(2);
  }, 120_000);
});

describe('an owner with a new key', () => {
  it('goes on owning after a restart: it lets another in, and all members hear of it', async () => {
    await mesh.node('ann').stop();
    await mesh.node('ann').start();
    const { invite } = await mesh.node('ann').json<{ invite: string }>('invite', '--group', 'team');
    expect(invite).toContain('towline-invite-');
    const stranger = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK';
    await mesh.node('ann').json('group', 'add', 'team', stranger, 'dan');
    await vi.waitFor(async () => expect(await shownOn('bob')).toContain('dan'), wait);
  }, 120_000);
});
