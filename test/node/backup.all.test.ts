import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdminService } from '../../gen/towline/v1/admin_service_pb.ts';
import { BackupHeaderSchema } from '../../gen/towline/v1/backup_pb.ts';
import { TokenKind } from '../../gen/towline/v1/token_pb.ts';
import { headBytes } from '../../src/node/backup/format.ts';
import { restoreBackup } from '../../src/node/backup/restore.ts';
import { writeBackup } from '../../src/node/backup/write.ts';
import { startNode } from '../../src/node/start.ts';
import { createClient } from '../../src/rpc/client.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { createIdentity, loadIdentity } from '../../src/trust/identity.ts';
import { testNode } from '../link/support.ts';
import { scratchFolder } from '../store/scratch.ts';
import { failing } from '../trust/support.ts';
import { owner } from './doors.ts';

const start = (home: string) => startNode({ home, name: 'kept', listen: { host: '127.0.0.1', port: 0 } });
const adminOf = (node: Awaited<ReturnType<typeof start>>) => createClient(AdminService, node.clients(owner).transport);

/** A home with a key and a file or two, as a backup. */
async function small() {
  const folder = scratchFolder();
  const home = join(folder, 'home');
  const { nodeId } = await createIdentity(home);
  await mkdir(join(home, 'trust'));
  await writeFile(join(home, 'trust', 'home.keys'), '# nobody\n');
  await writeFile(join(home, 'empty'), '');
  const file = join(folder, 'backup');
  await writeBackup(home, file);
  return { folder, home, file, nodeId };
}

describe('a backup', () => {
  it('of a running node brings back its key, its peers and its tokens', async () => {
    const folder = scratchFolder();
    const [home, copy, file] = [join(folder, 'home'), join(folder, 'copy'), join(folder, 'node.towline')];
    const node = await start(home);
    const admin = adminOf(node);
    await admin.addTrust({ nodeId: testNode().nodeId, alias: 'bob', group: 'work', addresses: ['10.0.0.1:7433'] });
    const { token } = await admin.createToken({ kind: TokenKind.AGENT, subject: 'claude' });
    const header = await writeBackup(home, file);
    await admin.addTrust({ nodeId: testNode().nodeId, alias: 'later', group: 'work' });
    await node.stop();

    await restoreBackup(file, copy);
    const again = await start(copy);
    try {
      expect(again.nodeIdText).toBe(node.nodeIdText);
      const { peers } = await again.clients(owner).nodes.listPeers({});
      expect(peers.map((peer) => [peer.node?.alias, peer.groups, peer.addresses])).toEqual([
        ['bob', ['work'], ['10.0.0.1:7433']],
      ]);
      expect((await adminOf(again).listTokens({})).tokens).toMatchObject([{ subject: 'claude' }]);
      const answer = await fetch(`${again.url}/towline.v1.NodeService/GetNode`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: '{}',
      });
      expect(answer.status).toBe(200);
    } finally {
      await again.stop();
    }
    const left = header.files.map(({ path }) => path);
    expect(left).toEqual(expect.arrayContaining(['identity.key', 'store.db', 'trust/work.keys']));
    expect(left.filter((path) => /log|lock|calls|node\.json|wal|shm/.test(path))).toEqual([]);
  });

  it('has a store as it was at one moment, also while rows and entries are written', async () => {
    const folder = scratchFolder();
    const [home, copy, file] = [join(folder, 'home'), join(folder, 'copy'), join(folder, 'backup')];
    await createIdentity(home);
    const store = openSqliteStore(join(home, 'store.db'));
    const value = new Uint8Array(100);
    const pair = (n: number) =>
      store.write([
        { op: 'append', log: 'words', value },
        { op: 'put', table: 'words', key: `k${n}`, value },
      ]);
    const writing = Array.from({ length: 20_000 }, (_, n) => pair(n)); // the first 18,000 are committed already
    const backup = writeBackup(home, file);
    await Promise.all([...writing, backup]);
    await store.log('words').trim(10);
    await store.close();
    await restoreBackup(file, copy);
    const restored = openSqliteStore(join(copy, 'store.db'));
    const { first, last, count } = await restored.log('words').extent();
    expect([first, count]).toEqual([1, last]);
    expect(last).toBeGreaterThan(1_000);
    expect(await restored.table('words').list({ limit: 100_000 })).toHaveLength(last);
    expect(await restored.log('words').append(value)).toBe(last + 1);
    await restored.close();
  });

  it('is private, and so is what comes out of it', async () => {
    const { folder, file } = await small();
    const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
    expect(await modeOf(file)).toBe('600');
    const copy = join(folder, 'copy');
    await restoreBackup(file, copy);
    expect(await modeOf(copy)).toBe('700');
    expect(await modeOf(join(copy, 'trust'))).toBe('700');
    expect(await modeOf(join(copy, 'identity.key'))).toBe('600');
    expect(await readFile(join(copy, 'trust', 'home.keys'), 'utf8')).toBe('# nobody\n');
    expect(await readFile(join(copy, 'empty'), 'utf8')).toBe('');
  });

  it('never overwrites a file or a home', async () => {
    const { folder, home, file } = await small();
    await expect(writeBackup(home, file)).rejects.toEqual(failing('BACKUP_EXISTS'));
    await expect(restoreBackup(file, home)).rejects.toEqual(failing('HOME_EXISTS', 'mv'));
    await mkdir(join(folder, 'bare'));
    await restoreBackup(file, join(folder, 'bare'));
    expect((await readdir(folder)).sort()).toEqual(['backup', 'bare', 'home']);
  });

  it('is refused when any byte is changed, or any part is cut off, and leaves nothing behind', async () => {
    const { folder, file, nodeId } = await small();
    const good = await readFile(file);
    const bad = join(folder, 'bad');
    const refused = async (bytes: Uint8Array) => {
      await writeFile(bad, bytes);
      await expect(restoreBackup(bad, join(folder, 'copy'))).rejects.toEqual(failing('BACKUP_DAMAGED'));
    };
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const bytes = Buffer.from(good);
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        await refused(bytes);
      }),
      { numRuns: 100 },
    );
    for (const length of [0, 10, 40, good.length - 33, good.length - 1]) await refused(good.subarray(0, length));
    expect((await readdir(folder)).sort()).toEqual(['backup', 'bad', 'home']);
    await restoreBackup(file, join(folder, 'copy'));
    expect((await loadIdentity(join(folder, 'copy'))).nodeId).toEqual(nodeId);
  });

  it.each(['../x', '/etc/x', 'a/../../x', '.hidden', 'a//b', 'a/./b', ''])('that names %j is refused', async (path) => {
    const folder = scratchFolder();
    const header = create(BackupHeaderSchema, { nodeId: new Uint8Array(32), files: [{ path, sizeBytes: 1n }] });
    const bytes = Buffer.concat([headBytes(header), Buffer.from('x')]);
    await writeFile(join(folder, 'bad'), Buffer.concat([bytes, createHash('sha256').update(bytes).digest()]));
    await expect(restoreBackup(join(folder, 'bad'), join(folder, 'copy'))).rejects.toEqual(failing('BACKUP_DAMAGED'));
    expect(await readdir(folder)).toEqual(['bad']);
  });
});
