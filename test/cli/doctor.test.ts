import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { acquireHomeLock } from '../../src/store/sqlite/lock.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { createIdentity } from '../../src/trust/identity.ts';
import { towline } from './capture.ts';
import { tempHome } from './temp-home.ts';

async function findings(home: string, ...options: string[]): Promise<{ code: number; of(check: string): Finding[] }> {
  const { code, out } = await towline(['doctor', ...options, '--json', '--home', home]);
  const all = (JSON.parse(out) as { findings: Finding[] }).findings;
  return { code, of: (check) => all.filter((finding) => finding.check === check) };
}

describe('towline doctor', () => {
  it('says how to make a home where there is none', async () => {
    const { code, of } = await findings('/nowhere/at/all');
    expect(code).toBe(1);
    expect(of('home')).toMatchObject([{ level: 'fail', help: 'towline init' }]);
  });

  it('finds nothing that fails in a fresh home with the node down', async () => {
    await using home = await tempHome();
    await createIdentity(home.path);
    await writeFile(join(home.path, 'towline.yaml'), 'listen: { port: 0 }\n');
    const { code, of } = await findings(home.path);
    expect(of('key')).toMatchObject([{ level: 'ok' }]);
    expect(of('running node')).toMatchObject([{ level: 'warn', help: 'towline up' }]);
    expect(code).toBe(0);
  });

  it('gives the command that closes a key file which others can read', async () => {
    await using home = await tempHome();
    await createIdentity(home.path);
    await chmod(join(home.path, 'identity.key'), 0o644);
    const { code, of } = await findings(home.path);
    expect(code).toBe(1);
    expect(of('home')).toMatchObject([{ level: 'fail', help: expect.stringContaining('chmod 600') }]);
  });

  it('warns of a home that others can enter', async () => {
    await using home = await tempHome();
    await createIdentity(home.path);
    await chmod(home.path, 0o755);
    expect((await findings(home.path)).of('home')).toMatchObject([{ level: 'warn' }]);
  });

  it('names the file and the line of a broken keyring, and goes on', async () => {
    await using home = await tempHome();
    await createIdentity(home.path);
    await mkdir(join(home.path, 'trust'), { mode: 0o700 });
    await writeFile(join(home.path, 'trust', 'home.keys'), '# mine\nnot-a-key desk\n', { mode: 0o600 });
    const { code, of } = await findings(home.path);
    expect(code).toBe(1);
    expect(of('keyring').at(-1)).toMatchObject({ level: 'fail', message: expect.stringContaining('home.keys:2') });
    expect(of('running node')).toHaveLength(1);
  });

  it('names the file and the line of a broken configuration', async () => {
    await using home = await tempHome();
    await createIdentity(home.path);
    await writeFile(join(home.path, 'towline.yaml'), 'name: laptop\nlisten:\n  prot: 1\n');
    const { code, of } = await findings(home.path);
    expect(code).toBe(1);
    expect(of('configuration')).toMatchObject([{ level: 'fail', message: expect.stringContaining('towline.yaml:3') }]);
  });

  it('finds a damaged store, and repairs it when it is told to', async () => {
    await using home = await tempHome();
    await createIdentity(home.path);
    await writeFile(join(home.path, 'towline.yaml'), 'listen: { port: 0 }\n');
    const path = join(home.path, 'store.db');
    const store = openSqliteStore(path);
    const table = store.table('things');
    await Promise.all(Array.from({ length: 1000 }, (_, n) => table.put(`k${n}`, new Uint8Array(100))));
    await store.close();
    expect((await findings(home.path)).of('store')).toMatchObject([{ level: 'ok' }]);
    const bytes = await readFile(path);
    await writeFile(path, bytes.fill(0xa5, 4096 * 12, 4096 * 13));
    const damaged = await findings(home.path);
    expect(damaged.code).toBe(1);
    expect(damaged.of('store')[0]).toMatchObject({ level: 'fail', help: expect.stringContaining('doctor --repair') });
    const { code, of } = await findings(home.path, '--repair');
    expect(code).toBe(0);
    expect(of('repair')[0]).toMatchObject({ level: 'warn', message: expect.stringContaining('store.db.damaged-') });
    expect(of('lost')[0]).toMatchObject({ message: expect.stringContaining('table row things/') });
    expect(of('store')).toMatchObject([{ level: 'ok' }]);
    expect((await findings(home.path, '--repair')).of('repair')).toMatchObject([{ level: 'ok' }]);
  });

  it('repairs nothing while a node runs', async () => {
    await using home = await tempHome();
    await createIdentity(home.path);
    await openSqliteStore(join(home.path, 'store.db')).close();
    const lock = acquireHomeLock(join(home.path, 'lock.db'));
    const { code, of } = await findings(home.path, '--repair');
    lock.release();
    expect(code).toBe(1);
    expect(of('repair')).toMatchObject([{ level: 'fail', help: expect.stringContaining('towline down') }]);
  });

  it('says when another program has the port', async () => {
    await using home = await tempHome();
    await createIdentity(home.path);
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await writeFile(join(home.path, 'towline.yaml'), `listen:\n  host: 127.0.0.1\n  port: ${port}\n`);
    expect((await findings(home.path)).of('port')).toMatchObject([{ level: 'fail' }]);
    other.close();
    await once(other, 'close');
    expect((await findings(home.path)).of('port')).toMatchObject([{ level: 'ok', message: `${port} is free` }]);
  });

  it('gives each finding a line, and below it what helps', async () => {
    const { out } = await towline(['doctor', '--home', '/nowhere/at/all']);
    expect(out).toMatch(/^fail {2}home +there is no home \/nowhere\/at\/all\n {6}help: towline init$/m);
  });
});
