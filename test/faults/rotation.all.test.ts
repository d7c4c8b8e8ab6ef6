// An owner of a group with a roster is killed while it gets a new key: it comes back with one key or the other, and owns on.
import { watch } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseNodeId } from '../../src/trust/node-id.ts';
import { startMesh, type TestMesh } from '../fixtures/mesh.ts';

type Name = 'ann' | 'bob' | 'cat';
const NAMES = ['ann', 'bob', 'cat'] as const;
const wait = { timeout: 60_000, interval: 200 };
const stranger = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK';

let mesh: TestMesh<Name>;
beforeAll(async () => {
  mesh = await startMesh({ ann: {}, bob: {}, cat: {} });
  await mesh.node('ann').json('group', 'create', 'team');
  await mesh.join('bob', 'ann', 'team');
  await mesh.join('cat', 'ann', 'team');
}, 60_000);
afterAll(() => mesh?.[Symbol.asyncDispose]());

const idOf = async (name: Name) => (await mesh.node(name).json<{ nodeId: string }>('id')).nodeId;
const inJson = (nodeId: string) => Buffer.from(parseNodeId(nodeId)).toString('base64');

async function shownOn(name: Name) {
  const shown = await mesh
    .node(name)
    .json<{ group: { ownerIds: string[] }; members: unknown[]; problems?: unknown[] }>('group', 'show', 'team');
  return { owners: shown.group.ownerIds, text: JSON.stringify(shown.members) };
}

/** Asks for a new key, and kills the node at once when it has touched this file. */
async function killWhileRotating(file: string): Promise<void> {
  const ann = mesh.node('ann');
  let isKilled = false;
  const watcher = watch(ann.home, { recursive: true }, (_, name) => {
    if (name !== file || isKilled) return;
    isKilled = true;
    process.kill(ann.pid, 'SIGKILL');
  });
  await ann.towline('id', 'rotate');
  watcher.close();
  expect(isKilled).toBe(true);
  await ann.stop('SIGKILL');
}

describe('an owner that is killed while it gets a new key', () => {
  // In the order in which they are written.
  it.each(['store.db-wal', 'identity.key', 'identity.crt', 'trust/team.roster', 'owner.token'])(
    'at %s comes back, owns the group on, and all members know its key',
    async (file) => {
      const before = await idOf('ann');
      await killWhileRotating(file);
      await mesh.node('ann').start();
      const after = await idOf('ann');
      if (file !== 'store.db-wal' && file !== 'identity.key') expect(after).not.toBe(before);
      for (const name of NAMES) {
        await vi.waitFor(async () => {
          const { owners, text } = await shownOn(name);
          expect(owners).toEqual([inJson(after)]);
          expect(text).toContain(inJson(after));
          if (after !== before) expect(text).not.toContain(inJson(before));
        }, wait);
      }
      const role = `after-${file.replaceAll(/[^a-z]/g, '-')}`;
      await mesh.node('ann').json('group', 'add', 'team', stranger, 'dan', '--role', role);
      for (const name of NAMES) {
        await vi.waitFor(async () => expect((await shownOn(name)).text).toContain(role), wait);
      }
    },
    120_000,
  );

  it('can be given another key afterwards, in peace', async () => {
    const before = await idOf('ann');
    await mesh.node('ann').json('id', 'rotate');
    const after = await idOf('ann');
    expect(after).not.toBe(before);
    await vi.waitFor(async () => expect((await shownOn('cat')).owners).toEqual([inJson(after)]), wait);
  }, 120_000);
});
