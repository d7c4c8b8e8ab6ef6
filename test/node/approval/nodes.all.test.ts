// Three whole nodes over real links: `laptop` calls, `desk` has the tool and asks, `phone` answers at its command line.
// test/e2e/approval.all.test.ts does the same with processes that are killed.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@connectrpc/connect';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApprovalState } from '../../../gen/towline/v1/approval_pb.ts';
import { ApprovalService } from '../../../gen/towline/v1/approval_service_pb.ts';
import { ApproverService } from '../../../gen/towline/v1/approver_service_pb.ts';
import { toHex } from '../../../src/base/bytes.ts';
import { reasonOf } from '../../../src/rpc/failure.ts';
import type { Principal } from '../../../src/rpc/principal.ts';
import { towline } from '../../cli/capture.ts';
import { type LocalNode, type LocalNodes, localNodes } from '../../fixtures/nodes.ts';

const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };
const claude: Principal = { kind: 'agent', name: 'claude', groups: new Set() };
const upstream = join(import.meta.dirname, '..', '..', 'fixtures', 'echo-server.ts');
const wait = { timeout: 15_000, interval: 20 };

const config = (approvals: string) => `
approvals: ${approvals}
policy: {rules: [{name: careful, effect: ask, tools: [echo/whoami]}]}
upstreams: {echo: {command: ${process.execPath}, args: [${upstream}, desk], share: [home]}}
`;

let nodes: LocalNodes;
let [desk, laptop, phone]: LocalNode[] = [];

beforeAll(async () => {
  nodes = await localNodes();
  [desk, laptop, phone] = await Promise.all(['desk', 'laptop', 'phone'].map((name) => nodes.start(name)));
  await configure('{approvers: [phone, laptop]}');
  await Promise.all([at(laptop).join(at(desk)), at(phone).join(at(desk))]);
  await vi.waitFor(async () => {
    const { tools } = await at(laptop).running.clients(claude).tools.listTools({ node: 'desk' });
    expect(tools.map(({ ref }) => ref?.name)).toContain('whoami');
  }, wait);
}, 60_000);
afterAll(() => nodes?.[Symbol.asyncDispose]());

function at(node: LocalNode | undefined): LocalNode {
  if (!node) throw new Error('not started');
  return node;
}

async function configure(approvals: string): Promise<void> {
  await writeFile(join(at(desk).home, 'towline.yaml'), config(approvals));
  await at(desk).admin.reload({});
}

const approvalsOf = (node: LocalNode | undefined) =>
  createClient(ApprovalService, at(node).running.clients(owner).transport);

/** A call of desk's tool by an agent on a node: its text, or the reason and cause of its failure. */
async function call(node: LocalNode | undefined, signal?: AbortSignal): Promise<string> {
  const tool = { node: node === desk ? 'self' : 'desk', upstream: 'echo', name: 'whoami' };
  const told: string[] = [];
  try {
    const request = { tool, argumentsJson: '{"a": 1}', progress: true };
    for await (const { event } of at(node)
      .running.clients(claude)
      .tools.callTool(request, { ...(signal && { signal }) }))
      if (event.case === 'result') told.push(event.value.resultJson.includes('I am desk') ? 'I am desk' : 'odd');
    return told.join();
  } catch (error) {
    return `${reasonOf(error)}: ${error instanceof Error ? error.message : ''}`;
  }
}

async function asked(node: LocalNode | undefined) {
  return vi.waitFor(async () => {
    const [approval] = (await approvalsOf(node).listApprovals({})).approvals;
    if (!approval) throw new Error('nothing is asked');
    return approval;
  }, wait);
}

const cli = (node: LocalNode | undefined, ...words: string[]) => towline([...words, '--home', at(node).home]);

describe('an approval among nodes', { timeout: 30_000 }, () => {
  it('is asked of a third node, answered at its command line, and the call runs', async () => {
    const running = call(laptop);
    const approval = await asked(phone);
    expect(approval).toMatchObject({
      node: 'desk',
      asker: { kind: 'peer', name: 'laptop', nodeId: at(laptop).nodeId, agent: 'claude' },
      tool: { node: 'self', upstream: 'echo', name: 'whoami' },
      argumentsText: '{"a": 1}',
      rule: 'careful',
      verb: 'tools.call',
    });
    const id = toHex(approval.approvalId);
    expect((await cli(phone, 'approvals', 'show', id)).out).toMatch(/claude on laptop.*\n.*desk: echo\/whoami/s);
    expect(await cli(phone, 'approvals', 'approve', id, '--yes')).toMatchObject({ code: 0 });
    expect(await running).toBe('I am desk');
    expect((await approvalsOf(desk).listApprovals({ all: true })).approvals[0]).toMatchObject({
      state: ApprovalState.USED,
      votes: [{ decider: { name: 'phone', nodeId: at(phone).nodeId, agent: 'owner' } }],
    });
  });

  it('is shown to no node that asks, though it is an approver, and taken from none', async () => {
    const stop = new AbortController();
    const running = call(laptop, stop.signal);
    const { approvalId, binding } = await asked(phone);
    expect((await approvalsOf(laptop).listApprovals({})).approvals).toEqual([]);
    // As a node that does not keep to its own code would: by the link's key.
    const answer = { approvalId, binding, decision: { answer: { case: 'approve' as const, value: {} } } };
    const direct = createClient(
      ApproverService,
      at(desk).running.clients({ ...peerOf(laptop), name: 'laptop' }).transport,
    );
    await expect(direct.decide(answer)).rejects.toSatisfy((error) => reasonOf(error) === 'OWN_APPROVAL');
    for (const principal of [claude, owner, { ...claude, kind: 'program' as const }]) {
      const client = createClient(ApproverService, at(desk).running.clients(principal).transport);
      await expect(client.decide(answer)).rejects.toSatisfy((error) => reasonOf(error) === 'APPROVERS_ONLY');
    }
    const agents = createClient(ApprovalService, at(desk).running.clients(claude).transport);
    await expect(agents.decideApproval(answer)).rejects.toSatisfy((error) => reasonOf(error) === 'PERMISSION_DENIED');
    stop.abort();
    expect(await running).not.toBe('I am desk');
    await vi.waitFor(async () => expect((await approvalsOf(phone).listApprovals({})).approvals).toEqual([]), wait);
    expect((await cli(phone, 'approvals', 'approve', toHex(approvalId), '--yes')).err).toContain('APPROVAL_OVER');
  });

  it('is denied at once when the line to its caller is cut; a later yes is told so, and the call is not asked again', async () => {
    const running = call(laptop);
    const approval = await asked(phone);
    await at(desk).admin.removeTrust({ peer: 'laptop' });
    const late = await cli(phone, 'approvals', 'approve', toHex(approval.approvalId), '--yes');
    expect(late).toMatchObject({ code: 1, err: expect.stringContaining('APPROVAL_OVER') });
    expect((await approvalsOf(desk).listApprovals({ all: true })).approvals[0]).toMatchObject({
      state: ApprovalState.WITHDRAWN,
      reason: 'LINK_LOST',
    });
    await at(desk).admin.addTrust({ nodeId: at(laptop).nodeId, alias: 'laptop', group: 'home' });
    expect(await running).not.toBe('I am desk');
    expect((await approvalsOf(desk).listApprovals({})).approvals).toEqual([]);
  });

  it('is shown again to an approver whose line was cut and came back in time', async () => {
    const running = call(laptop);
    const { approvalId } = await asked(phone);
    const { peers } = await at(phone).nodes.listPeers({});
    const peer = peers.find(({ node }) => node?.alias === 'desk');
    await at(phone).admin.removeTrust({ peer: 'desk' });
    await vi.waitFor(async () => expect((await approvalsOf(phone).listApprovals({})).approvals).toEqual([]), wait);
    const trusted = { nodeId: at(desk).nodeId, alias: 'desk', addresses: peer?.addresses ?? [], dial: true };
    await at(phone).admin.addTrust(trusted);
    expect((await asked(phone)).approvalId).toEqual(approvalId);
    expect((await cli(phone, 'approvals', 'deny', toHex(approvalId))).code).toBe(0);
    expect(await running).toMatch(/^APPROVAL_DENIED: .*somebody said no/);
  });

  it('needs the second device where it is required, and the others see the first answer', async () => {
    await configure('{approvers: [self], required: [phone], quorum: 2}');
    const running = call(laptop);
    const shown = await asked(desk);
    const id = toHex(shown.approvalId);
    expect((await cli(desk, 'approvals', 'approve', id, '--yes')).out).toContain('still waits for phone');
    await vi.waitFor(async () => expect((await asked(phone)).votes).toHaveLength(1), wait);
    expect((await cli(phone, 'approvals', 'approve', id, '--yes')).code).toBe(0);
    expect(await running).toBe('I am desk');
  });

  it('raised by an agent of the node itself is for the person there, and nobody asks for what is allowed to last', async () => {
    await configure('{approvers: [self]}');
    const running = call(desk);
    const { approvalId } = await asked(desk);
    expect((await approvalsOf(phone).listApprovals({})).approvals).toEqual([]);
    expect((await cli(desk, 'approvals', 'always', toHex(approvalId), '--for', '1h', '--yes')).out).toContain(
      'grants list',
    );
    expect(await running).toBe('I am desk');
    expect(await call(desk)).toBe('I am desk');
    expect((await cli(desk, 'grants', 'list')).out).toMatch(/agent claude +echo\/whoami +any +self .* 1$/m);
  });

  it('is refused at once where nobody could say yes', async () => {
    await configure('{approvers: [laptop]}');
    expect(await call(laptop)).toMatch(/^APPROVAL_DENIED: .*nobody who could say yes/);
  });
});

function peerOf(node: LocalNode | undefined): Principal {
  return { kind: 'peer', name: at(node).name, nodeId: at(node).nodeId, groups: new Set(['home']) };
}
