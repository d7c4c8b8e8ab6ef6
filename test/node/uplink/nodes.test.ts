/**
 * Two whole nodes, and an agent that knows the generated client alone (examples/uplink-agent): it attaches to `desk`, whose
 * approver is `phone`. test/e2e/uplink.all.test.ts does the same with processes.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '@connectrpc/connect';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type AttachOptions, Uplink } from '../../../examples/uplink-agent/uplink.ts';
import type { Approval } from '../../../gen/towline/v1/approval_pb.ts';
import { ApprovalService } from '../../../gen/towline/v1/approval_service_pb.ts';
import { TokenKind } from '../../../gen/towline/v1/token_pb.ts';
import { UplinkCloseReason } from '../../../gen/towline/v1/uplink_pb.ts';
import { toHex } from '../../../src/base/bytes.ts';
import { reasonOf } from '../../../src/rpc/failure.ts';
import type { Principal } from '../../../src/rpc/principal.ts';
import { towline } from '../../cli/capture.ts';
import { type LocalNode, type LocalNodes, localNodes } from '../../fixtures/nodes.ts';
import { attachByGrpc } from './grpc-agent.ts';

const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };
const claude: Principal = { kind: 'agent', name: 'claude', groups: new Set() };
const example = join(import.meta.dirname, '..', '..', '..', 'examples', 'uplink-agent', 'main.ts');
const wait = { timeout: 15_000, interval: 20 };
const config = `
approvals: {approvers: [phone], wait: 60s}
uplinks: {worker: {share: [home]}}
`;

let nodes: LocalNodes;
let desk: LocalNode;
let phone: LocalNode;
let tokens: Record<'worker' | 'thin', string>;
const lines: Uplink[] = [];

const tokenOf = async (subject: string) => (await desk.admin.createToken({ kind: TokenKind.AGENT, subject })).token;

beforeAll(async () => {
  nodes = await localNodes();
  [desk, phone] = (await Promise.all([nodes.start('desk'), nodes.start('phone')])) as [LocalNode, LocalNode];
  await writeFile(join(desk.home, 'towline.yaml'), config);
  await desk.admin.reload({});
  const [worker, thin] = await Promise.all([tokenOf('worker'), tokenOf('thin'), phone.join(desk, 'home')]);
  tokens = { worker, thin };
}, 60_000);
afterAll(() => nodes?.[Symbol.asyncDispose]());
afterEach(() => {
  for (const line of lines.splice(0)) line.cut();
});

function attach(options: Partial<AttachOptions> = {}): Uplink {
  const identity = { agent: 'worker', software: 'worker/1' };
  const line = new Uplink({ url: desk.running.url, token: tokens.worker, identity, ...options });
  line.ended.catch(() => undefined);
  lines.push(line);
  return line;
}

/** What the tool answers to an agent on the phone, or the reason why not. */
async function callFromPhone(): Promise<string | undefined> {
  const tool = { node: 'desk', upstream: 'uplink.worker', name: 'greet' };
  try {
    for await (const { event } of phone.running
      .clients(claude)
      .tools.callTool({ tool, argumentsJson: '{"name":"phone"}' }))
      if (event.case === 'result') return event.value.resultJson;
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

const pending = async () =>
  (await createClient(ApprovalService, phone.running.clients(owner).transport).listApprovals({})).approvals;

const asked = () =>
  vi.waitFor(async () => {
    const [approval] = await pending();
    if (!approval) throw new Error('nothing is asked');
    return approval;
  }, wait);

const answer = (word: string, { approvalId }: Approval, ...more: string[]) =>
  towline(['approvals', word, toHex(approvalId), ...more, '--home', phone.home]);

describe('an agent that attaches', { timeout: 30_000 }, () => {
  it('serves a tool to another node, until its line is cut', async () => {
    const line = attach({ tools: { greet: (text) => `hello, ${(JSON.parse(text) as { name: string }).name}` } });
    expect(await line.attached).toMatchObject({ upstream: 'uplink.worker', share: ['home'] });
    await vi.waitFor(async () => expect(await callFromPhone()).toContain('hello, phone'), wait);
    const { agents } = await desk.running.clients(owner).presence.listPresence({});
    expect(agents.find(({ ref }) => ref?.agent === 'worker')?.sessions).toMatchObject([
      { door: 'uplink', software: 'worker/1' },
    ]);
    line.cut();
    await vi.waitFor(async () => expect(await callFromPhone()).toBe('TOOL_NOT_FOUND'), wait);
  });

  it('fails the call of another node at once when its line is cut', async () => {
    const begun = Promise.withResolvers<void>();
    const never = () => {
      begun.resolve();
      return new Promise<string>(() => undefined);
    };
    const line = attach({ tools: { greet: never } });
    await line.attached;
    await vi.waitFor(async () => {
      const { tools } = await phone.running.clients(claude).tools.listTools({ node: 'desk' });
      expect(tools.map(({ ref }) => ref?.name)).toContain('greet');
    }, wait);
    const call = callFromPhone();
    await begun.promise;
    line.cut();
    expect(await call).toMatch(/UPSTREAM_DOWN|PEER_OFFLINE/);
  });

  it('asks for permission, and is approved at the command line of another node', async () => {
    const permission = attach().mayI('deploy', '{"to": "production"}');
    const approval = await asked();
    expect(approval).toMatchObject({
      verb: 'uplinks.permission',
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
    await vi.waitFor(async () => expect(await pending()).toEqual([]), wait);
    expect(await answer('approve', approval, '--yes')).not.toMatchObject({ code: 0 });
    expect(await attach().mayI('delete', '', requestId)).toMatchObject({ granted: false, reason: 'LINK_LOST' });
  });

  it('is refused under another identity, and without a token', async () => {
    await expect(attach({ token: tokens.thin }).attached).rejects.toThrow(/identity says worker, and the token thin/);
    await expect(attach({ token: 'towline-token-x' }).attached).rejects.toThrow();
  });

  it('loses its line with its token', async () => {
    const { token, info } = await desk.admin.createToken({ kind: TokenKind.AGENT, subject: 'brief' });
    const line = attach({ token, identity: { agent: 'brief' } });
    await line.attached;
    const ended = expect(line.ended).rejects.toThrow();
    await desk.admin.revokeToken({ tokenId: info?.tokenId ?? new Uint8Array() });
    await ended;
  });

  it('is told when the same agent attaches elsewhere', async () => {
    const older = attach();
    await older.attached;
    expect(await attach().attached).toMatchObject({ replaced: true });
    expect(await older.ended).toMatchObject({ reason: UplinkCloseReason.REPLACED });
  });

  it('that puts a request to the mesh hears in time that nobody answered, and the call ends where it runs', async () => {
    const begun = Promise.withResolvers<void>();
    const never = () => {
      begun.resolve();
      return new Promise<string>(() => undefined);
    };
    const worker = attach({ tools: { greet: never } });
    await worker.attached;
    const thin = attach({ token: tokens.thin, identity: { agent: 'thin' } });
    const paramsJson = '{"name":"self/uplink.worker/greet","arguments":{}}';
    const value = { method: 'tools/call', paramsJson, timeoutMs: 400 };
    const answer = thin.ask({ case: 'mcpRequest', value });
    await begun.promise;
    expect(await answer).toMatchObject({ case: 'failure', value: { reason: 'DEADLINE_EXCEEDED' } });
    await vi.waitFor(() => expect(worker.heard.map(({ body }) => body.case)).toContain('cancel'), wait);
  });

  it('attaches by gRPC too, with a client that is not ours', async () => {
    await using line = attachByGrpc(new URL(desk.running.url).host, tokens.worker, 'hello by gRPC');
    expect(await line.attached).toMatchObject({ case: 'identityAck', value: { upstream: 'uplink.worker' } });
    await vi.waitFor(async () => expect(await callFromPhone()).toContain('hello by gRPC'), wait);
  });

  it('sends mail, and receives it', async () => {
    const line = attach({ identity: { agent: 'worker', mailAfter: {} } });
    expect((await line.ask({ case: 'message', value: { target: 'worker@self', text: 'note' } })).case).toBe(
      'messageSent',
    );
    await vi.waitFor(() => {
      const mail = line.heard.find(({ body }) => body.case === 'mail')?.body;
      expect(mail).toMatchObject({ value: { mail: { text: 'note' } } });
    }, wait);
  });

  it('is the example, which calls its own tool through the mesh', async () => {
    const env = { ...process.env, TOWLINE_URL: desk.running.url, TOWLINE_TOKEN: tokens.thin };
    const { stdout } = await promisify(execFile)(process.execPath, [example], { env });
    expect(stdout).toContain('called it through the mesh; done');
  });
});
