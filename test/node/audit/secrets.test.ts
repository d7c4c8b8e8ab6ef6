// A secret of an upstream that says it wherever it can is in nothing that a node shows or keeps.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@connectrpc/connect';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AdminService } from '../../../gen/towline/v1/admin_service_pb.ts';
import { AuditService } from '../../../gen/towline/v1/audit_service_pb.ts';
import { createLog } from '../../../src/base/log.ts';
import { type RunningNode, startNode } from '../../../src/node/start.ts';
import { errorInfoOf } from '../../../src/rpc/failure.ts';
import type { Principal } from '../../../src/rpc/principal.ts';

const SECRET = 'zq7-hush/"quoted"-4711';
const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };
const server = join(import.meta.dirname, '..', '..', 'fixtures', 'mcp', 'leaky-stdio.ts');
const config = `
log_level: debug
audit: {arguments: true}
upstreams:
  leaky:
    command: ${process.execPath}
    args: ["${server}"]
    env: {LEAKY_TOKEN: {file: leaky.token}}
  failing:
    command: ${process.execPath}
    args: ["${server}"]
    env: {LEAKY_FAILS: "1"}
    secrets: {LEAKY_TOKEN: {command: [cat, leaky.token]}}
  open:
    command: ${process.execPath}
    secrets: {LEAKY_TOKEN: {file: open.token}}
`;

let home = '';
let node: RunningNode;
const logged: string[] = [];
const shown: unknown[] = [];

/** Everything in all spellings. */
function expectHidden(value: unknown): void {
  const plain = (_name: string, item: unknown) => (typeof item === 'bigint' ? Number(item) : item);
  const text = typeof value === 'string' ? value : JSON.stringify(value, plain);
  expect(text).not.toContain('zq7-hush');
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'towline-test-'));
  await mkdir(home, { recursive: true });
  await writeFile(join(home, 'towline.yaml'), config, { mode: 0o600 });
  await writeFile(join(home, 'leaky.token'), `${SECRET}\n`, { mode: 0o600 });
  await writeFile(join(home, 'open.token'), SECRET, { mode: 0o644 });
  const log = createLog((record) => void logged.push(JSON.stringify(record)), 'debug');
  node = await startNode({ home, name: 'desk', listen: { host: '127.0.0.1', port: 0 }, log });
});

afterAll(async () => {
  await node.stop();
  await rm(home, { recursive: true, force: true });
});

describe('the secret of an upstream', () => {
  it('is in no list, status, event or error', async () => {
    const { tools, transport } = node.clients(owner);
    const admin = createClient(AdminService, transport);
    await vi.waitFor(
      async () => {
        const { upstreams } = await admin.getStatus({});
        expect(upstreams.map(({ name, state }) => `${name} ${state}`)).toContain('leaky 2');
        expect(upstreams.find(({ name }) => name === 'failing')?.error).toContain('last words');
        expect(upstreams.find(({ name }) => name === 'open')?.error).toContain('can be opened by others');
      },
      { timeout: 15_000, interval: 50 },
    );
    shown.push(await admin.getStatus({}), await admin.reload({}), await tools.listTools({}));
    const call = { tool: { upstream: 'leaky', name: 'leak' }, progress: true, logLevel: 'debug' };
    const argumentsJson = JSON.stringify({ note: `the token is ${SECRET}` });
    const error: unknown = await (async () => {
      for await (const event of tools.callTool({ ...call, argumentsJson })) shown.push(event);
    })().catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('[redacted] was not accepted');
    shown.push(String(error), errorInfoOf(error));
    expect(JSON.stringify(shown[2])).toContain('uses [redacted]');
    for (const value of shown) expectHidden(value);
  });

  it('is in no log, and in no file of the audit log, though arguments are recorded', async () => {
    for await (const _ of createClient(AuditService, node.clients(owner).transport).exportAudit({}));
    const audit = createClient(AuditService, node.clients(owner).transport);
    const { entries } = await audit.queryAudit({ filter: { tool: 'leak' } });
    expect(entries[0]?.event.value).toMatchObject({ argumentsJson: '{"note":"the token is [redacted]"}' });
    expect(logged.join('\n')).toContain('last words');
    expectHidden(logged.join('\n'));
    for (const folder of ['audit', 'log']) {
      for (const name of await readdir(join(home, folder)))
        expectHidden(await readFile(join(home, folder, name), 'latin1'));
    }
  });
});
