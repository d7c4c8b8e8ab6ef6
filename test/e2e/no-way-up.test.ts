/** An agent with a shell, a token and a key of its own tries to get more than it was given, by every door of a real node. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { Transport } from '@connectrpc/connect';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Access } from '../../gen/towline/v1/access_pb.ts';
import { AdminService } from '../../gen/towline/v1/admin_service_pb.ts';
import type { Approval } from '../../gen/towline/v1/approval_pb.ts';
import { ApprovalService } from '../../gen/towline/v1/approval_service_pb.ts';
import { ApproverService } from '../../gen/towline/v1/approver_service_pb.ts';
import { JoinService } from '../../gen/towline/v1/join_service_pb.ts';
import { NodeService } from '../../gen/towline/v1/node_service_pb.ts';
import { PresenceService } from '../../gen/towline/v1/presence_service_pb.ts';
import { RosterService } from '../../gen/towline/v1/roster_service_pb.ts';
import { type TokenBody, TokenBodySchema, TokenKind, TokenSchema } from '../../gen/towline/v1/token_pb.ts';
import { ToolService } from '../../gen/towline/v1/tool_service_pb.ts';
import { fromBase64Url, toBase64Url } from '../../src/base/bytes.ts';
import { dialTls } from '../../src/link/carrier/tls.ts';
import { dialLink } from '../../src/link/open.ts';
import { createClient } from '../../src/rpc/client.ts';
import { reasonOf } from '../../src/rpc/failure.ts';
import { accessOf } from '../../src/rpc/interceptors/access.ts';
import { methodName } from '../../src/rpc/registry.ts';
import type { Identity } from '../../src/trust/identity.ts';
import { createInvite, type NewInvite, parseInvite } from '../../src/trust/invite.ts';
import { createToken } from '../../src/trust/token.ts';
import { startMesh, type TestMesh, towline } from '../fixtures/mesh.ts';
import { schemaMethods } from '../fixtures/schema.ts';
import { optionsOf, testNode } from '../link/support.ts';
import { httpDoors, tryMethod } from '../node/doors.ts';
import { newIdentity } from '../trust/support.ts';

/** What is said of a tool that is not there. */
const UNKNOWN_TOOL = /Unknown tool|TOOL_NOT_FOUND|PEER_UNKNOWN/;
const PREFIX = 'towline-token-';
const counting = {
  command: process.execPath,
  args: [join(import.meta.dirname, '..', 'fixtures', 'counting-server.ts')],
};
const config = 'policy:\n  rules:\n    - {name: work, effect: ask, tools: [counting/work]}\n';

let mesh: TestMesh<'desk'>;
let url: string;
let deskId: Uint8Array;
let [token, narrow] = ['', ''];
/** What the agent makes for itself. */
let own: Identity;
let owner: Transport;
let agent: Transport;

beforeAll(async () => {
  mesh = await startMesh({ desk: { servers: { counting }, config } });
  const desk = mesh.node('desk');
  url = desk.url;
  owner = await open('gRPC', (await readFile(join(desk.home, 'owner.token'), 'utf8')).trim());
  const admin = createClient(AdminService, owner);
  const [{ node }, shell, reader, identity] = await Promise.all([
    createClient(NodeService, owner).getNode({}),
    admin.createToken({ kind: TokenKind.AGENT, subject: 'shell' }),
    admin.createToken({ kind: TokenKind.AGENT, subject: 'reader', scopes: ['nodes:read'] }),
    newIdentity(),
  ]);
  [deskId, token, narrow, own] = [node?.nodeId ?? new Uint8Array(), shell.token, reader.token, identity];
  agent = await open('gRPC', token);
}, 60_000);
afterAll(() => mesh?.[Symbol.asyncDispose]());

function open(door: string, bearer: string): Promise<Transport> {
  const dial = httpDoors[door];
  if (!dial) throw new Error(`no door ${door}`);
  return dial(url, { token: bearer });
}

async function post(path: string, bearer: string, method: string, params: object, headers = {}) {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${bearer}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  return { status: response.status, text: await response.text() };
}

/** One call by /mcp, without a session. */
async function callTool(name: string, args: object): Promise<string> {
  const version = '2026-07-28';
  const headers = { 'mcp-protocol-version': version, 'mcp-method': 'tools/call', 'mcp-name': name };
  const prefix = 'io.modelcontextprotocol';
  const _meta = { [`${prefix}/protocolVersion`]: version, [`${prefix}/clientCapabilities`]: {} };
  return (await post('/mcp', token, 'tools/call', { name, arguments: args, _meta }, headers)).text;
}

const ownersMethods = async () => (await schemaMethods()).filter((method) => accessOf(method) === Access.OWNER);
const whoAmI = async (bearer: string) =>
  createClient(NodeService, await open('Connect', bearer))
    .getNode({})
    .then(() => 'let in', reasonOf);

describe('what is for the owner', () => {
  it.each(['Connect', 'gRPC'])('is refused to an agent by %s, method by method', async (door) => {
    const transport = await open(door, token);
    for (const method of await ownersMethods())
      await expect(tryMethod(transport, method).catch(reasonOf), methodName(method)).resolves.toBe('PERMISSION_DENIED');
  });

  it('is refused to it by JSON-RPC, under each name that a method has there', async () => {
    const owners = (await ownersMethods()).map((method) => `${method.parent.name}.${method.name}`);
    const names = [...owners, ...(await ownersMethods()).map(methodName)];
    for (const name of names) {
      const answer = JSON.parse((await post('/rpc', token, name, {})).text);
      expect(answer.error?.data?.reason, name).toBe('PERMISSION_DENIED');
    }
  });

  it('is no tool of /mcp, by its own name or through the tool that calls tools', async () => {
    expect(await callTool('towline_peers', {})).toContain('"result"');
    for (const name of (await ownersMethods()).map(methodName)) {
      expect(await callTool(name, {}), name).toMatch(UNKNOWN_TOOL);
      expect(await callTool('towline_call_tool', { name, arguments: {} }), name).toMatch(UNKNOWN_TOOL);
    }
  });

  it('is refused to it by the command line, in a home that it made to hold its token', async () => {
    const home = join(mesh.node('desk').home, '..', 'shell-home');
    await mkdir(home, { mode: 0o700 });
    await writeFile(join(home, 'owner.token'), `${token}\n`, { mode: 0o600 });
    await writeFile(join(home, 'node.json'), await readFile(join(mesh.node('desk').home, 'node.json')));
    const { text: invite } = createInvite(own, { group: 'home', addresses: [new URL(url).host], inviterName: 'shell' });
    const commands = [
      ['token', 'create', '--agent', 'second'],
      ['join', invite],
      ['trust', 'add', Buffer.from(own.nodeId).toString('hex'), 'mine'],
      ['group', 'create', 'mine'],
      ['down'],
    ];
    const answers = await Promise.all(commands.map((words) => towline(['--home', home, ...words])));
    expect(answers.map(({ code, stderr }, at) => [commands[at]?.[0], code, /PERMISSION_DENIED/.test(stderr)])).toEqual(
      commands.map(([word]) => [word, 4, true]),
    );
  });
});

describe('a token that the agent makes from what it has', () => {
  const decode = (text: string) => fromBinary(TokenSchema, fromBase64Url(text.slice(PREFIX.length)));
  const encode = (init: MessageInitShape<typeof TokenSchema>) =>
    PREFIX + toBase64Url(toBinary(TokenSchema, create(TokenSchema, init)));
  /** The same signature over other words; or a signature of its own. */
  function edited(text: string, change: Partial<TokenBody>, sign?: Identity): string {
    const { body, signature } = decode(text);
    const bytes = toBinary(TokenBodySchema, { ...fromBinary(TokenBodySchema, body), ...change });
    return encode({ body: bytes, signature: sign?.sign('towline-token-v1', bytes) ?? signature });
  }
  const asOwner = { kind: TokenKind.OWNER, subject: 'owner' };

  it.each<[string, () => string, string]>([
    ['made by another node', () => createToken(own, { kind: TokenKind.AGENT, subject: 'shell' }).text, 'TOKEN_FOREIGN'],
    ["the owner's, made by another node", () => createToken(own, asOwner).text, 'TOKEN_FOREIGN'],
    ['its own, with the word owner put in', () => edited(token, asOwner), 'TOKEN_INVALID'],
    ['its own, signed anew with another key', () => edited(token, {}, own), 'TOKEN_INVALID'],
    ["the owner's in this node's name, signed with another key", () => edited(token, asOwner, own), 'TOKEN_INVALID'],
    ['with more scopes than it was made with', () => edited(narrow, { scopes: ['nodes', 'tools'] }), 'TOKEN_INVALID'],
    ['with its scopes cut out', () => edited(narrow, { scopes: [] }), 'TOKEN_INVALID'],
    ['with its scopes cut out and signed anew', () => edited(narrow, { scopes: [] }, own), 'TOKEN_INVALID'],
    ['with a bit of its signature changed', () => flipped(token), 'TOKEN_INVALID'],
  ])('%s is refused by every door', async (_, forge, reason) => {
    expect(await whoAmI(token)).toBe('let in');
    const forged = forge();
    expect(await whoAmI(forged)).toBe(reason);
    expect((await post('/mcp', forged, 'tools/list', {})).status).toBe(401);
    expect((await post('/rpc', forged, 'NodeService.GetNode', {})).text).toContain(reason);
  });

  function flipped(text: string): string {
    const { body, signature } = decode(text);
    return encode({ body, signature: signature.with(5, (signature[5] ?? 0) ^ 1) });
  }
});

describe('a key that the agent makes', () => {
  const client = () => ({ ...testNode(), nodeId: own.nodeId, sign: own.sign.bind(own), tls: () => own.tls() });

  it('opens no link', async () => {
    const carrier = await dialTls({ identity: await own.tls(), nodeId: deskId, address: new URL(url).host });
    await expect(dialLink(carrier, optionsOf(client()))).rejects.toMatchObject({ reason: 'LINK_UNTRUSTED' });
  });

  it('redeems no invite that it wrote itself, in its own name or in that of the node', async () => {
    const dial = httpDoors['gRPC'];
    if (!dial) throw new Error('no such door');
    const stranger = createClient(JoinService, await dial(url, { key: client() }));
    const options = { group: 'home', addresses: [new URL(url).host], inviterName: 'desk' };
    const forDesk = createInvite({ nodeId: deskId, sign: own.sign.bind(own) } as Identity, options);
    const redeem = ({ text }: NewInvite) =>
      stranger.redeem({ invite: parseInvite(text).invite, proposedAlias: 'shell' }).then(() => 'let in', reasonOf);
    expect(await redeem(createInvite(own, options))).toBe('INVITE_FOREIGN');
    expect(await redeem(forDesk)).toBe('INVITE_INVALID');
  });

  it('founds no group here, and sees none', async () => {
    const rosters = createClient(RosterService, agent);
    await expect(rosters.getRoster({ group: 'home', groupId: own.nodeId }).catch(reasonOf)).resolves.toBe('PEERS_ONLY');
    await expect(rosters.resignMember({ group: 'home', groupId: own.nodeId }).catch(reasonOf)).resolves.toBe(
      'PEERS_ONLY',
    );
  });
});

describe('a question that the agent itself has raised', () => {
  it('is decided by nothing that the agent can say, and answers it no when the owner does', {
    timeout: 60_000,
  }, async () => {
    const approvals = createClient(ApprovalService, owner);
    const call = (async () => {
      const answers = createClient(ToolService, agent).callTool({
        tool: { node: 'self', upstream: 'counting', name: 'work' },
      });
      for await (const { event } of answers) if (event.case === 'result') return 'it ran';
      return 'nothing';
    })().catch(reasonOf);
    const pending = await vi.waitFor(async () => {
      const [approval] = (await approvals.listApprovals({})).approvals;
      return approval ?? Promise.reject(new Error('nothing is asked'));
    }, 20_000);
    const yes = { ...idsOf(pending), decision: { answer: { case: 'approve', value: {} } } } as const;
    const always = { ...idsOf(pending), decision: { answer: { case: 'always', value: {} } } } as const;
    const [asOwner, asPeer] = [createClient(ApprovalService, agent), createClient(ApproverService, agent)];
    for (const decision of [yes, always, { ...yes, agent: 'owner' }])
      await expect(asOwner.decideApproval(decision).catch(reasonOf)).resolves.toBe('PERMISSION_DENIED');
    await expect(asPeer.decide(yes).catch(reasonOf)).resolves.toBe('APPROVERS_ONLY');
    for (const name of ['ApprovalService.DecideApproval', 'ApproverService.Decide'])
      expect((await post('/rpc', token, name, {})).text).not.toContain('"result"');
    expect((await approvals.listApprovals({})).approvals[0]).toMatchObject({ state: pending.state, votes: [] });
    await approvals.decideApproval({ ...idsOf(pending), decision: { answer: { case: 'deny', value: {} } } });
    expect(await call).toBe('APPROVAL_DENIED');
    expect((await mesh.node('desk').towline('call', 'counting/count')).stdout.trim()).toBe('0 runs');
  });

  const idsOf = ({ approvalId, binding }: Approval) => ({ approvalId, binding });
});

describe('what the agent says of itself', () => {
  it('changes how it is shown, and nothing that it may', async () => {
    const presence = createClient(PresenceService, agent);
    const { agent: row } = await presence.setProfile({ name: 'owner' }, { headers: { 'towline-agent': 'owner' } });
    expect(row).toMatchObject({ name: 'owner', ref: { agent: 'shell' } });
    for (const headers of [{ 'towline-agent': 'owner' }, { 'towline-agent': 'self', 'x-forwarded-for': '127.0.0.1' }])
      await expect(createClient(ApprovalService, agent).listGrants({}, { headers }).catch(reasonOf)).resolves.toBe(
        'PERMISSION_DENIED',
      );
  });
});
