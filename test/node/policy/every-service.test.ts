// A policy over services other than tools, and the way from `ask` to a person and back, on whole nodes.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@connectrpc/connect';
import { describe, expect, it, vi } from 'vitest';
import { ApprovalService } from '../../../gen/towline/v1/approval_service_pb.ts';
import { AuditService } from '../../../gen/towline/v1/audit_service_pb.ts';
import { errorInfoOf } from '../../../src/rpc/failure.ts';
import type { Principal } from '../../../src/rpc/principal.ts';
import { type LocalNode, localNodes } from '../../fixtures/nodes.ts';

const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };
const claude: Principal = { kind: 'agent', name: 'claude', groups: new Set() };
const upstream = join(import.meta.dirname, '..', '..', 'fixtures', 'echo-server.ts');

async function configure(node: LocalNode, rules: string) {
  const text = `
upstreams: {echo: {command: "${process.execPath}", args: ["${upstream}"], share: [home]}}
policy:
  rules:
${rules}`;
  await writeFile(join(node.home, 'towline.yaml'), text);
  await node.admin.reload({});
}

const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: unknown) => errorInfoOf(error)?.reason ?? String(error),
  );

describe('a policy over every service', () => {
  it('decides on methods by verb and arguments, and never keeps the owner from mending it', async () => {
    await using nodes = await localNodes();
    const node = await nodes.start('work');
    await configure(
      node,
      `    - {name: short-lists, effect: deny, verbs: [nodes.list_peers], when: args.page_size > 10}
    - {name: no-groups, effect: deny, who: [owner], verbs: ["groups.*"]}
    - {name: no-mending, effect: deny, who: [owner], verbs: ["*"], when: '!verb.startsWith("groups")'}
    - {name: pause, effect: allow, verbs: [nodes.list_agents], limit: 2/1h}`,
    );
    const { nodes: asAgent } = node.running.clients(claude);
    expect(await reasonOf(asAgent.listPeers({ pageSize: 5 }))).toBe('done');
    expect(await reasonOf(asAgent.listPeers({ pageSize: 50 }))).toBe('POLICY_DENIED');
    const lists = [asAgent.listAgents({}), asAgent.listAgents({}), asAgent.listAgents({})];
    expect(await Promise.all(lists.map(reasonOf))).toEqual(['done', 'done', 'RATE_LIMITED']);
    expect(await reasonOf(node.groups.listGroups({}))).toBe('POLICY_DENIED');
    expect(await reasonOf(node.nodes.listPeers({}))).toBe('POLICY_DENIED');
    expect(await reasonOf(node.admin.getStatus({}))).toBe('done');
    expect(await reasonOf(node.admin.reload({}))).toBe('done');
  });

  it('lets a person on the node decide on a call from another node, and puts all of it on record', async () => {
    await using nodes = await localNodes();
    const [work, laptop] = [await nodes.start('work'), await nodes.start('laptop')];
    await laptop.join(work);
    await configure(work, '    - {name: people, effect: ask, who: ["peer:laptop"], tools: ["echo/*"]}');
    const { tools } = laptop.running.clients(claude);
    const call = async () => {
      const tool = { node: 'work', upstream: 'echo', name: 'whoami' };
      let result = '';
      for await (const { event } of tools.callTool({ tool, argumentsJson: '{"n":1.0}' })) {
        if (event.case === 'result') result = event.value.resultJson;
      }
      return result;
    };
    await vi.waitFor(
      async () =>
        expect((await tools.listTools({ node: 'work' })).tools.map(({ ref }) => ref?.name)).toEqual(['whoami']),
      { timeout: 10_000 },
    );
    const approvals = createClient(ApprovalService, work.running.clients(owner).transport);
    const decide = async (yes: boolean) => {
      const [approval] = await vi.waitFor(async () => {
        const found = (await approvals.listApprovals({})).approvals;
        expect(found).toHaveLength(1);
        return found;
      });
      if (!approval) throw new Error('no approval');
      expect(approval).toMatchObject({ rule: 'people', verb: 'tools.call', argumentsText: '{"n":1.0}' });
      const { approvalId, binding } = approval;
      const answer = yes ? { case: 'approve' as const, value: {} } : { case: 'deny' as const, value: {} };
      await approvals.decideApproval({ approvalId, binding, decision: { answer } });
    };
    const [answer] = await Promise.all([call(), decide(true)]);
    expect(answer).toContain('I am');
    const [reason] = await Promise.all([reasonOf(call()), decide(false)]);
    expect(reason).toBe('APPROVAL_DENIED');

    const audit = createClient(AuditService, work.running.clients(owner).transport);
    const asked = { effect: 'ask', verb: 'tools.call', resource: 'self/echo/whoami' };
    await vi.waitFor(async () => {
      const { entries } = await audit.queryAudit({});
      const decisions = entries.flatMap(({ event }) => (event.case === 'decision' ? [event.value] : []));
      const people = decisions.filter(({ rule }) => rule === 'people');
      expect(people).toEqual(Array(2).fill(expect.objectContaining(asked)));
    });
  });
});
