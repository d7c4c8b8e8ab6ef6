/** Three real nodes: `laptop` calls, `desk` has the tool and asks, `phone` answers at its command line. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bin, type CommandResult, startMesh, type TestMesh } from '../fixtures/mesh.ts';

const server = join(import.meta.dirname, '..', 'fixtures', 'counting-server.ts');
const wait = { timeout: 20_000, interval: 100 };

const configOf = (rule = 'ask') => `
approvals: {approvers: [phone], wait: 60s}
policy:
  rules:
    - {name: work, effect: ${rule}, tools: [counting/work]}
`;

interface Shown {
  approvalId: string;
  state: string;
  reason: string;
  node: string;
  argumentsText: string;
  asker: { name: string; agent: string };
}

let mesh: TestMesh<'desk' | 'laptop' | 'phone'>;

beforeAll(async () => {
  mesh = await startMesh({
    desk: {
      servers: { counting: { command: process.execPath, args: [server] } },
      share: ['home'],
      config: configOf(),
    },
    laptop: {},
    phone: {},
  });
  await Promise.all([mesh.join('laptop', 'desk'), mesh.join('phone', 'desk')]);
}, 60_000);
afterAll(() => mesh?.[Symbol.asyncDispose]());

const call = (n: number): Promise<CommandResult> =>
  mesh.node('laptop').towline('call', 'desk/counting/work', `n:=${n}`);
const runs = async () => (await mesh.node('desk').towline('call', 'counting/count')).stdout.trim();
const shown = async (on: 'desk' | 'phone', ...words: string[]) =>
  (await mesh.node(on).json<{ approvals: Shown[] }>('approvals', ...words)).approvals;
const idOf = ({ approvalId }: Shown) => Buffer.from(approvalId, 'base64').toString('hex');

/** The one question that shows on a node. */
async function asked(on: 'desk' | 'phone'): Promise<Shown> {
  return vi.waitFor(async () => {
    const [approval, ...others] = await shown(on);
    expect(others).toEqual([]);
    if (!approval) throw new Error('nothing is asked');
    return approval;
  }, wait);
}

const answer = (word: string, approval: Shown, ...more: string[]) =>
  mesh.node('phone').towline('approvals', word, idOf(approval), ...more);

describe('an MCP client that is an approver', () => {
  it('asks its user, whose yes lets a call of another node run', { timeout: 60_000 }, async () => {
    const client = new Client({ name: 'editor', version: '1' }, { capabilities: { elicitation: {} } });
    const asked = Promise.withResolvers<string>();
    client.setRequestHandler('elicitation/create', ({ params }) => {
      asked.resolve(params.message);
      return { action: 'accept', content: { decision: 'approve' } };
    });
    const args = [bin, 'mcp', '--approver', '--home', mesh.node('phone').home];
    const env = { ...process.env, TOWLINE_SOURCE: '1' } as Record<string, string>;
    await client.connect(new StdioClientTransport({ command: process.execPath, args, env, stderr: 'ignore' }));
    try {
      expect(await call(0)).toMatchObject({ code: 0, stdout: expect.stringContaining('1 runs') });
      expect(await asked.promise).toContain('owner on laptop wants to use counting/work on desk.');
    } finally {
      await client.close();
    }
  });
});

describe('a call that the policy asks about', { timeout: 60_000 }, () => {
  it('runs when a third node says yes, and not when it says no', async () => {
    const first = call(1);
    const approval = await asked('phone');
    expect(approval).toMatchObject({
      node: 'desk',
      argumentsText: '{"n":1}',
      asker: { name: 'laptop', agent: 'owner' },
    });
    expect(await answer('approve', approval, '--yes')).toMatchObject({ code: 0 });
    expect(await first).toMatchObject({ code: 0, stdout: expect.stringContaining('2 runs') });

    const second = call(2);
    expect((await answer('deny', await asked('phone'), '--comment', 'not today')).code).toBe(0);
    expect(await second).toMatchObject({ code: 4, stderr: expect.stringMatching(/somebody said no: not today/) });
    expect(await runs()).toBe('2 runs');
  });

  it('is nothing that its own node, or the owner of the node with the tool, could allow', async () => {
    const pending = call(3);
    const approval = await asked('desk');
    expect(await mesh.node('desk').towline('approvals', 'approve', idOf(approval), '--yes')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('NOT_APPROVER'),
    });
    expect((await mesh.node('laptop').json<{ approvals: Shown[] }>('approvals')).approvals).toEqual([]);
    expect((await mesh.node('laptop').towline('approvals', 'approve', idOf(approval), '--yes')).code).toBe(5);
    expect((await mesh.node('desk').towline('approvals', 'deny', idOf(approval))).code).toBe(0);
    expect((await pending).code).toBe(4);
  });

  it('is denied when the line to its caller is cut between question and answer', async () => {
    const lost = call(4);
    const approval = await asked('phone');
    await mesh.node('laptop').stop('SIGKILL');
    await vi.waitFor(async () => expect(await shown('phone')).toEqual([]), wait);
    expect((await lost).code).not.toBe(0);
    const late = await answer('approve', approval, '--yes');
    expect(late).toMatchObject({ code: 1, stderr: expect.stringMatching(/APPROVAL_OVER|has no effect/) });
    expect((await shown('desk', '--all'))[0]).toMatchObject({
      state: 'APPROVAL_STATE_WITHDRAWN',
      reason: 'LINK_LOST',
    });
    expect(await runs()).toBe('2 runs');
    await mesh.node('laptop').start();
  });

  it('is denied when the node that has the tool ends, and stays so', async () => {
    const lost = call(5);
    const approval = await asked('phone');
    await mesh.node('desk').stop('SIGKILL');
    await vi.waitFor(async () => expect(await shown('phone')).toEqual([]), wait);
    await mesh.node('desk').start();
    expect((await shown('desk', '--all')).find((one) => idOf(one) === idOf(approval))).toMatchObject({
      state: 'APPROVAL_STATE_DENIED',
      reason: 'NODE_STOPPED',
    });
    const { code } = await lost;
    expect(code).not.toBe(0);
    expect(await runs()).toBe('0 runs');
  });

  it('is denied when the policy changes meanwhile, and when it always runs it runs', async () => {
    const pending = call(6);
    await asked('phone');
    await writeFile(join(mesh.node('desk').home, 'towline.yaml'), configOf('allow'));
    expect((await mesh.node('desk').towline('reload')).code).toBe(0);
    expect((await pending).stderr).toContain('the policy was changed meanwhile');
    expect((await call(7)).stdout).toContain('1 runs');
    await writeFile(join(mesh.node('desk').home, 'towline.yaml'), configOf());
    expect((await mesh.node('desk').towline('reload')).code).toBe(0);
  });

  it('runs without a question when somebody said always, until the grant is revoked', async () => {
    const first = call(8);
    expect((await answer('always', await asked('phone'), '--for', '1h', '--yes')).code).toBe(0);
    expect((await first).stdout).toContain('2 runs');
    expect((await call(9)).stdout).toContain('3 runs');
    const { grants } = await mesh.node('desk').json<{ grants: { grantId: string }[] }>('grants', 'list');
    const id = Buffer.from(grants[0]?.grantId ?? '', 'base64').toString('hex');
    expect((await mesh.node('desk').towline('grants', 'revoke', id)).code).toBe(0);
    const last = call(10);
    expect((await answer('deny', await asked('phone'))).code).toBe(0);
    expect((await last).code).toBe(4);
  });
});
