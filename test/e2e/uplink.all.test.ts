/**
 * Two real nodes, and an agent that knows the generated client alone (examples/uplink-agent): it attaches to `desk`, whose
 * approver is `phone`.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type AttachOptions, Uplink } from '../../examples/uplink-agent/uplink.ts';
import { UplinkCloseReason } from '../../gen/towline/v1/uplink_pb.ts';
import { startMesh, type TestMesh } from '../fixtures/mesh.ts';

const example = join(import.meta.dirname, '..', '..', 'examples', 'uplink-agent', 'main.ts');
const wait = { timeout: 40_000, interval: 100 };
const config = `
approvals: {approvers: [phone], wait: 60s}
uplinks: {worker: {share: [home]}}
`;

interface Shown {
  approvalId: string;
  resource: string;
  argumentsText: string;
  asker: { name: string; kind: string };
}

let mesh: TestMesh<'desk' | 'phone'>;
let tokens: Record<'worker' | 'thin', string>;
const lines: Uplink[] = [];

async function tokenOf(name: string): Promise<string> {
  const { code, stdout, stderr } = await mesh.node('desk').towline('token', 'create', '--agent', name);
  const [token] = /towline-token-\S+/.exec(stdout) ?? [];
  if (code !== 0 || !token) throw new Error(`no token: ${stdout}${stderr}`);
  return token;
}

beforeAll(async () => {
  mesh = await startMesh({ desk: { config }, phone: {} });
  const [worker, thin] = await Promise.all([tokenOf('worker'), tokenOf('thin'), mesh.join('phone', 'desk')]);
  tokens = { worker, thin };
}, 120_000);
afterAll(() => mesh?.[Symbol.asyncDispose]());
afterEach(() => {
  for (const line of lines.splice(0)) line.cut();
});

function attach(options: Partial<AttachOptions> = {}): Uplink {
  const url = mesh.node('desk').url;
  const identity = { agent: 'worker', software: 'worker/1' };
  const line = new Uplink({ url, token: tokens.worker, identity, ...options });
  line.ended.catch(() => undefined);
  lines.push(line);
  return line;
}

const callFromPhone = () => mesh.node('phone').towline('call', 'desk/uplink.worker/greet', 'name:="phone"');

async function asked(): Promise<Shown> {
  return vi.waitFor(async () => {
    const { approvals } = await mesh.node('phone').json<{ approvals: Shown[] }>('approvals');
    if (!approvals[0]) throw new Error('nothing is asked');
    return approvals[0];
  }, wait);
}

const answer = (word: string, { approvalId }: Shown, ...more: string[]) =>
  mesh.node('phone').towline('approvals', word, Buffer.from(approvalId, 'base64').toString('hex'), ...more);

describe('an agent that attaches', { timeout: 120_000 }, () => {
  it('serves a tool to another node, until its line is cut', async () => {
    const line = attach({ tools: { greet: (text) => `hello, ${(JSON.parse(text) as { name: string }).name}` } });
    expect(await line.attached).toMatchObject({ upstream: 'uplink.worker', share: ['home'] });
    await vi.waitFor(
      async () => expect(await callFromPhone()).toMatchObject({ stdout: expect.stringContaining('hello, phone') }),
      wait,
    );
    expect((await mesh.node('desk').towline('agents')).stdout).toContain('worker');
    line.cut();
    await vi.waitFor(
      async () => expect(await callFromPhone()).toMatchObject({ stderr: expect.stringContaining('TOOL_NOT_FOUND') }),
      wait,
    );
  });

  it('asks for permission, and is approved at the command line of another node', async () => {
    const line = attach();
    const permission = line.mayI('deploy', '{"to": "production"}');
    const approval = await asked();
    expect(approval).toMatchObject({
      resource: 'deploy',
      argumentsText: '{"to": "production"}',
      asker: { kind: 'agent', name: 'worker' },
    });
    expect(await answer('approve', approval, '--yes')).toMatchObject({ code: 0 });
    expect(await permission).toMatchObject({ granted: true, reason: '' });
  });

  it('is denied when the line is cut between question and answer, and a late yes has no effect', async () => {
    const requestId = Buffer.alloc(16, 7);
    const line = attach();
    const permission = line.mayI('delete', '', requestId).catch(() => 'no');
    const approval = await asked();
    line.cut();
    expect(await permission).toBe('no');
    await vi.waitFor(async () => {
      expect((await mesh.node('phone').json<{ approvals: Shown[] }>('approvals')).approvals).toEqual([]);
    }, wait);
    expect(await answer('approve', approval, '--yes')).not.toMatchObject({ code: 0 });
    expect(await attach().mayI('delete', '', requestId)).toMatchObject({ granted: false, reason: 'LINK_LOST' });
  });

  it('is refused under another identity, and without a token', async () => {
    await expect(attach({ token: tokens.thin }).attached).rejects.toThrow(/identity says worker, and the token thin/);
    await expect(attach({ token: 'towline-token-x' }).attached).rejects.toThrow();
  });

  it('is told when the same agent attaches elsewhere', async () => {
    const older = attach();
    await older.attached;
    const newer = attach();
    expect(await newer.attached).toMatchObject({ replaced: true });
    expect(await older.ended).toMatchObject({ reason: UplinkCloseReason.REPLACED });
  });

  it('is the example, which calls its own tool through the mesh', async () => {
    const env = { ...process.env, TOWLINE_URL: mesh.node('desk').url, TOWLINE_TOKEN: tokens.thin };
    const { stdout } = await promisify(execFile)(process.execPath, [example], { env });
    expect(stdout).toContain('called it through the mesh; done');
  });
});
