/** A whole node, an agent that asks, and a program behind which a person decides: both know the generated client alone. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Uplink } from '../../../examples/uplink-agent/uplink.ts';
import { type Approval, ApprovalState } from '../../../gen/towline/v1/approval_pb.ts';
import { ApproverService } from '../../../gen/towline/v1/approver_service_pb.ts';
import { TokenKind } from '../../../gen/towline/v1/token_pb.ts';
import { reasonOf } from '../../../src/rpc/failure.ts';
import type { Principal } from '../../../src/rpc/principal.ts';
import { type LocalNode, type LocalNodes, localNodes } from '../../fixtures/nodes.ts';

const wait = { timeout: 15_000, interval: 20 };
const worker: Principal = { kind: 'agent', name: 'worker', groups: new Set() };

let nodes: LocalNodes;
let desk: LocalNode;
const tokens = new Map<string, string>();
const lines: Uplink[] = [];

beforeAll(async () => {
  nodes = await localNodes();
  desk = await nodes.start('desk');
  await writeFile(join(desk.home, 'towline.yaml'), 'approvals: {approvers: ["token:pager"], wait: 60s}\n');
  await desk.admin.reload({});
  const programs = {
    pager: ['uplink:attach', 'approvals:decide'],
    robot: ['uplink:attach', 'approvals:decide'],
    plain: ['uplink:attach'],
  };
  for (const [subject, scopes] of Object.entries(programs)) {
    tokens.set(subject, (await desk.admin.createToken({ kind: TokenKind.PROGRAM, subject, scopes })).token);
  }
  tokens.set('worker', (await desk.admin.createToken({ kind: TokenKind.AGENT, subject: 'worker' })).token);
}, 60_000);
afterAll(() => nodes?.[Symbol.asyncDispose]());
afterEach(() => {
  for (const line of lines.splice(0)) line.cut();
});

async function attach(name: string, approves = false): Promise<Uplink> {
  const line = new Uplink({
    url: desk.running.url,
    token: tokens.get(name) ?? '',
    identity: { agent: name, approves },
  });
  line.ended.catch(() => undefined);
  lines.push(line);
  await line.attached;
  return line;
}

/** The latest that a line has heard of any question, once that is as it should be. */
const heard = (line: Uplink, state: ApprovalState) =>
  vi.waitFor(() => {
    const last = line.heard.findLast(({ body }) => body.case === 'approval')?.body;
    const approval =
      last?.case === 'approval' && last.value.event.case === 'approval' ? last.value.event.value : undefined;
    if (approval?.state !== state) throw new Error('not yet');
    return approval;
  }, wait);

const say = (line: Uplink, { approvalId, binding }: Approval, word: 'approve' | 'deny', forged?: Uint8Array) =>
  line.ask({
    case: 'decision',
    value: { approvalId, binding: forged ?? binding, decision: { answer: { case: word, value: {} } } },
  });

describe('an approver that is attached', { timeout: 30_000 }, () => {
  it('hears what is asked, says yes to it, and hears that it is over', async () => {
    const pager = await attach('pager', true);
    const permission = (await attach('worker')).mayI('deploy', '{"to":"production"}');
    const approval = await heard(pager, ApprovalState.PENDING);
    expect(approval).toMatchObject({ decidable: true, resource: 'deploy', argumentsText: '{"to":"production"}' });
    expect(await say(pager, approval, 'approve', Buffer.alloc(32))).toMatchObject({
      value: { reason: 'APPROVAL_MISMATCH' },
    });
    expect(await say(pager, approval, 'approve')).toMatchObject({ case: 'decided' });
    expect(await permission).toMatchObject({ granted: true, decidedBy: ['token:pager'] });
    await heard(pager, ApprovalState.USED);
    expect(await say(pager, approval, 'deny')).toMatchObject({ value: { reason: 'APPROVAL_OVER' } });
  });

  it('says no; and one that comes later hears what waits', async () => {
    const permission = (await attach('worker')).mayI('delete');
    const pager = await attach('pager', true);
    await say(pager, await heard(pager, ApprovalState.PENDING), 'deny');
    expect(await permission).toMatchObject({ granted: false, reason: 'DENIED' });
  });

  it('need not be attached: its token opens ApproverService, and that of others does not', async () => {
    const permission = (await attach('worker')).mayI('publish');
    const approverAs = (name: string) => {
      const headers = { authorization: `Bearer ${tokens.get(name)}` };
      const transport = createConnectTransport({ baseUrl: desk.running.url, httpVersion: '1.1' });
      return { client: createClient(ApproverService, transport), headers };
    };
    const pager = approverAs('pager');
    const stop = new AbortController();
    let approval: Approval | undefined;
    for await (const { event } of pager.client.watchPending({}, { headers: pager.headers, signal: stop.signal })) {
      if (event.case === 'approval') approval = event.value;
      if (approval) break;
    }
    stop.abort();
    const answer = {
      approvalId: approval?.approvalId ?? new Uint8Array(),
      binding: approval?.binding ?? new Uint8Array(),
      decision: { answer: { case: 'approve' as const, value: {} } },
    };
    for (const [name, why] of [
      ['robot', 'NOT_APPROVER'],
      ['plain', 'SCOPE_MISSING'],
      ['worker', 'APPROVERS_ONLY'],
    ] as const) {
      const { client, headers } = approverAs(name);
      expect(await client.decide(answer, { headers }).catch(reasonOf)).toBe(why);
    }
    expect(await pager.client.decide(answer, { headers: pager.headers })).toMatchObject({
      approval: { state: ApprovalState.USED },
    });
    expect(await permission).toMatchObject({ granted: true, decidedBy: ['token:pager'] });
  });

  it('is nobody whom the owner has not named, whose token says nothing of it, or who is an agent', async () => {
    const asker = await attach('worker', true);
    void asker.mayI('anything').catch(() => undefined);
    const pager = await attach('pager', true);
    const approval = await heard(pager, ApprovalState.PENDING);
    for (const [name, why] of [
      ['robot', 'NOT_APPROVER'],
      ['plain', 'APPROVERS_ONLY'],
    ] as const) {
      const line = await attach(name, true);
      expect(await say(line, approval, 'approve')).toMatchObject({ case: 'failure', value: { reason: why } });
      expect(line.heard.filter(({ body }) => body.case === 'approval')).toEqual([]);
    }
    expect(await say(asker, approval, 'approve')).toMatchObject({ value: { reason: 'APPROVERS_ONLY' } });
    const refused = asker.heard.find(({ body, requestId }) => body.case === 'failure' && requestId.length === 0);
    expect(refused?.body.value).toMatchObject({ reason: 'APPROVERS_ONLY' });
    const { presence } = desk.running.clients(worker);
    expect((await presence.listPresence({})).agents.map(({ ref }) => ref?.agent)).toContain('worker');
    await say(pager, approval, 'deny');
  });

  it('can answer nothing any more when its token is revoked', async () => {
    const permission = (await attach('worker')).mayI('sell');
    const pager = await attach('pager', true);
    await heard(pager, ApprovalState.PENDING);
    const { tokens: known } = await desk.admin.listTokens({});
    const tokenId = known.find(({ subject }) => subject === 'pager')?.tokenId ?? new Uint8Array();
    await desk.admin.revokeToken({ tokenId });
    await expect(pager.ended).rejects.toThrow();
    lines[0]?.cut();
    await expect(permission).rejects.toThrow();
  });
});
