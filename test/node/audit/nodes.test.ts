// What whole nodes record: calls at their doors, who came in, who was turned away, whom they trust.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@connectrpc/connect';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AdminService } from '../../../gen/towline/v1/admin_service_pb.ts';
import type { AuditEntry } from '../../../gen/towline/v1/audit_pb.ts';
import { AuditService } from '../../../gen/towline/v1/audit_service_pb.ts';
import { TokenKind } from '../../../gen/towline/v1/token_pb.ts';
import { type RunningNode, startNode } from '../../../src/node/start.ts';
import type { Principal } from '../../../src/rpc/principal.ts';
import { everything } from '../../fixtures/mesh.ts';

const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };
const agent: Principal = { kind: 'agent', name: 'claude', groups: new Set() };
const wait = { timeout: 20_000, interval: 50 };

let folder = '';
const started: RunningNode[] = [];

async function start(name: string, config = ''): Promise<RunningNode> {
  const home = join(folder, name);
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writeFile(join(home, 'towline.yaml'), config, { mode: 0o600 });
  const node = await startNode({ home, name, listen: { host: '127.0.0.1', port: 0 } });
  started.push(node);
  return node;
}

const audit = (node: RunningNode): Client<typeof AuditService> =>
  createClient(AuditService, node.clients(owner).transport);
const admin = (node: RunningNode) => createClient(AdminService, node.clients(owner).transport);

async function entries(node: RunningNode, filter = {}): Promise<AuditEntry[]> {
  // What nobody waited for is on disk within 100 ms; a checkpoint is behind it.
  for await (const _ of audit(node).exportAudit({}));
  return (await audit(node).queryAudit({ filter, pageSize: 1_000 })).entries;
}

async function events(node: RunningNode, kind: AuditEntry['event']['case']) {
  const found = await entries(node, { kinds: [kind] });
  return found.map(({ event, principal }) => ({
    ...event.value,
    by: principal && `${principal.kind}:${principal.name}`,
  }));
}

let [desk, lap]: RunningNode[] = [];
const node = (one: RunningNode | undefined): RunningNode => {
  if (!one) throw new Error('two nodes were started');
  return one;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towline-test-'));
  const upstream = JSON.stringify({ ...everything, share: ['home'] });
  desk = await start('desk', `audit: {arguments: true, required: true}\nupstreams: {everything: ${upstream}}\n`);
  lap = await start('lap');
  const { invite } = await admin(desk).createInvite({ group: 'home' });
  await admin(lap).join({ invite });
  await vi.waitFor(async () => {
    const { tools } = await node(lap).clients(agent).tools.listTools({ node: 'desk' });
    expect(tools.length).toBeGreaterThan(0);
  }, wait);
});

afterAll(async () => {
  await Promise.all(started.map((one) => one.stop()));
  await rm(folder, { recursive: true, force: true });
});

async function echo(from: RunningNode, message: string, extra = {}): Promise<void> {
  const tool = { node: 'desk', upstream: 'everything', name: 'echo' };
  const argumentsJson = JSON.stringify({ message, ...extra });
  for await (const _ of from.clients(agent).tools.callTool({ tool, argumentsJson }));
}

describe('a call of a tool', () => {
  it('is on record at both nodes, with caller, agent, tool, hash, sizes and outcome', async () => {
    await echo(node(lap), 'hello', { password: 'hunter22', note: 'Bearer abcdefghijklmnop' });
    const here = await events(node(desk), 'call');
    const calls = here.filter((call) => 'tool' in call && call.tool === 'self/everything/echo');
    expect(calls).toMatchObject([
      { by: 'peer:lap', phase: 2, status: 0, isError: false, door: 'link' },
      { by: 'peer:lap', phase: 1 },
    ]);
    const [ended] = calls as unknown as { argumentsJson: string; resultBytes: bigint; argumentsSha256: Uint8Array }[];
    expect(JSON.parse(ended?.argumentsJson ?? '')).toEqual({
      message: 'hello',
      password: '[redacted]',
      note: '[redacted]',
    });
    expect(ended?.resultBytes).toBeGreaterThan(10n);
    const [peer] = (await entries(node(desk), { tool: 'echo' })).map(({ principal }) => principal);
    expect(peer?.agent).toBe('claude');
    const there = await events(node(lap), 'call');
    const asked = there.find((call) => 'tool' in call && call.tool === 'desk/everything/echo');
    expect(asked).toMatchObject({ by: 'agent:claude', argumentsJson: '', argumentsSha256: ended?.argumentsSha256 });
  });

  it('that fails is on record with its reason, and is found by it', async () => {
    const tool = { node: 'desk', upstream: 'everything', name: 'nothing' };
    const calls = async () => {
      for await (const _ of node(lap).clients(agent).tools.callTool({ tool, argumentsJson: '{}' }));
    };
    await expect(calls()).rejects.toThrow();
    const failed = await entries(node(lap), { failed: true, caller: 'agent:claude' });
    expect(failed[0]?.event.value).toMatchObject({ tool: 'desk/everything/nothing', reason: 'TOOL_NOT_FOUND' });
    expect(await entries(node(lap), { caller: 'nobody' })).toEqual([]);
  });
});

describe('a node records', () => {
  it('its start, whom it let in, and who opened a link', async () => {
    expect(await events(node(desk), 'start')).toMatchObject([{ software: expect.stringMatching(/^towline\//) }]);
    const trust = await events(node(desk), 'trust');
    expect(trust).toContainEqual(expect.objectContaining({ change: 'invited', groups: ['home'], by: 'owner:owner' }));
    expect(trust).toContainEqual(expect.objectContaining({ change: 'let-in', alias: 'lap' }));
    expect(trust).toContainEqual(expect.objectContaining({ change: 'added', alias: 'lap', groups: ['home'] }));
    expect(await events(node(lap), 'trust')).toContainEqual(
      expect.objectContaining({ change: 'joined', alias: 'desk' }),
    );
    expect(await events(node(desk), 'login')).toContainEqual(expect.objectContaining({ by: 'peer:lap', door: 'link' }));
  });

  it('tokens and reloads, and never the text of a token or an invite', async () => {
    const { token, info } = await admin(node(desk)).createToken({ kind: TokenKind.AGENT, subject: 'bot' });
    await admin(node(desk)).revokeToken({ tokenId: info?.tokenId ?? new Uint8Array(0) });
    const { invite } = await admin(node(desk)).createInvite({ group: 'home' });
    await admin(node(lap))
      .join({ invite })
      .catch(() => undefined);
    await admin(node(desk)).reload({});
    await vi.waitFor(async () => expect(await events(node(desk), 'reload')).toMatchObject([{ errorCount: 0 }]), wait);
    expect((await events(node(desk), 'token')).map((event) => 'change' in event && event.change)).toEqual([
      'revoked',
      'created',
    ]);
    for (const name of ['desk', 'lap']) {
      const texts = await Promise.all(
        (await readdir(join(folder, name, 'audit'))).map((file) =>
          readFile(join(folder, name, 'audit', file), 'latin1'),
        ),
      );
      expect(texts.join('')).not.toContain(token.slice(0, 40));
      expect(texts.join('')).not.toContain(invite.slice(0, 40));
    }
  });

  it('who is turned away, the first at once and a flood as one', async () => {
    const url = `${node(desk).url}/towline.v1.AdminService/GetStatus`;
    const ask = (authorization: string) =>
      fetch(url, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: '{}' });
    for (let n = 0; n < 30; n++) expect((await ask('Bearer nonsense')).status).toBe(401);
    const peer: Principal = { kind: 'peer', name: 'lap', groups: new Set() };
    const status = createClient(AdminService, node(desk).clients(peer).transport).getStatus({});
    await expect(status).rejects.toThrow();
    const refusals = await events(node(desk), 'refusal');
    expect(refusals).toContainEqual(
      expect.objectContaining({
        by: 'peer:lap',
        reason: 'PERMISSION_DENIED',
        method: 'towline.v1.AdminService/GetStatus',
      }),
    );
    expect(refusals.filter((said) => 'reason' in said && said.reason === 'TOKEN_INVALID')).toMatchObject([
      { door: 'http', count: 1n, address: '127.0.0.1' },
    ]);
  });

  it('nothing of calls that change nothing', async () => {
    await node(desk).clients(agent).nodes.listPeers({});
    const calls = await events(node(desk), 'call');
    expect(calls.filter((call) => 'method' in call && /List|Get|Watch/.test(call.method))).toEqual([]);
  });
});

describe('the log', () => {
  it('pages, follows what is added, and is whole', async () => {
    const first = await audit(node(lap)).queryAudit({ pageSize: 3 });
    const second = await audit(node(lap)).queryAudit({ pageSize: 3, pageToken: first.nextPageToken });
    const numbers = [...first.entries, ...second.entries].map(({ number }) => Number(number));
    expect(numbers).toEqual(Array.from({ length: 6 }, (_, n) => (numbers[0] ?? 0) - n));
    const stop = new AbortController();
    const tail = audit(node(lap)).tailAudit(
      { count: 1, follow: true, filter: { kinds: ['call'] } },
      { signal: stop.signal },
    );
    const seen: string[] = [];
    await expect(
      (async () => {
        for await (const { entry } of tail) {
          const { value } = entry?.event ?? {};
          if (value && 'argumentsBytes' in value) seen.push(value.tool);
          if (seen.length === 1) await echo(node(lap), 'followed');
          if (seen.length === 2) stop.abort();
        }
      })(),
    ).rejects.toThrow();
    expect(seen[1]).toBe('desk/everything/echo');
    for (const one of started) expect((await audit(one).verifyAudit({})).report).toMatchObject({ isIntact: true });
  });

  it('goes on over a new key and a new start', async () => {
    const fresh = await start('fresh');
    await admin(fresh).rotateKey({ graceSeconds: 20 });
    expect(await events(fresh, 'rotation')).toHaveLength(1);
    expect((await audit(fresh).verifyAudit({})).report).toMatchObject({ isIntact: true, findings: [] });
    await fresh.stop();
    const again = await start('fresh');
    const { report } = await audit(again).verifyAudit({});
    expect(report).toMatchObject({ isIntact: true, findings: [], notes: [] });
    expect(await events(again, 'start')).toHaveLength(2);
    expect(await events(again, 'stop')).toHaveLength(1);
  });
});
