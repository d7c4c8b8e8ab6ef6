// The whole way: a node writes, a person asks, and a file that was changed is told from one that was not.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startMesh } from '../fixtures/mesh.ts';
import { segmentPath } from '../services/audit/support.ts';
import { towline } from './capture.ts';

const toHome =
  (home: string) =>
  (...words: string[]) =>
    towline(['audit', ...words, '--home', home]);

describe('towline audit', () => {
  it('shows, finds, exports and verifies; needs no node to verify, and survives that it is killed', async () => {
    await using mesh = await startMesh({ desk: {} });
    const desk = mesh.node('desk');
    const audit = toHome(desk.home);
    await desk.json('token', 'create', '--agent', 'bot');
    const found = await audit('query', '--kind', 'token', '--caller', 'owner');
    expect(found.out).toMatch(/token +owner +created agent bot/);
    const lines = (await audit('query', '--since', '1h', '--json')).out.trim().split('\n');
    expect(lines.map((line) => Object.keys(JSON.parse(line)))).toContainEqual(
      expect.arrayContaining(['start', 'number']),
    );
    expect((await audit('tail', '-n', '2')).out.trim().split('\n')).toHaveLength(2);

    const file = join(desk.home, 'log.audit');
    expect((await audit('export', file)).out).toMatch(/log\.audit: \d+ entries, 1 to \d+/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await audit('export', file)).toMatchObject({ code: 1, err: expect.stringContaining('exists') });
    const { nodeId } = JSON.parse((await towline(['id', '--json', '--home', desk.home])).out) as { nodeId: string };
    expect(await audit('verify', file, '--node', nodeId)).toMatchObject({ code: 0 });

    await desk.stop('SIGKILL');
    expect(await audit('verify')).toMatchObject({ code: 0, out: expect.stringContaining('The log is whole.') });
    const path = await segmentPath(join(desk.home, 'audit'), 0);
    const bytes = await readFile(path);
    bytes[bytes.length - 300] = (bytes[bytes.length - 300] ?? 0) ^ 1;
    await writeFile(path, bytes);
    const spoilt = await audit('verify', '--json');
    expect(spoilt.code).toBe(1);
    const report = JSON.parse(spoilt.out) as { isIntact: boolean; findings: { segment: string }[] };
    expect(report.isIntact).toBe(false);
    expect(report.findings.length).toBeGreaterThan(0);
    const other = await audit('verify', file, '--node', 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK');
    expect(other).toMatchObject({ code: 1, out: expect.stringContaining('CHECKPOINT_FOREIGN') });
    expect(await audit('verify', join(desk.home, 'nothing'))).toMatchObject({ code: 5 });
    expect(await audit('query', '--since', 'whenever')).toMatchObject({ code: 2 });
  });
});
