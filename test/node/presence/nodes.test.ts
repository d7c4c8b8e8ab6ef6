/** Whole nodes in this process, over real sockets: who is there, seen from the other side. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AdminService } from '../../../gen/towline/v1/admin_service_pb.ts';
import { NodeService } from '../../../gen/towline/v1/node_service_pb.ts';
import { AgentAudience, type AgentPresence, AgentState, AgentStatus } from '../../../gen/towline/v1/presence_pb.ts';
import { PresenceService, SetSummaryRequestSchema } from '../../../gen/towline/v1/presence_service_pb.ts';
import { TokenKind } from '../../../gen/towline/v1/token_pb.ts';
import { type RunningNode, startNode } from '../../../src/node/start.ts';
import type { Principal } from '../../../src/rpc/principal.ts';

const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };
const ada: Principal = { kind: 'agent', name: 'ada', groups: new Set() };
const wait = { timeout: 20_000, interval: 20 };

let folder: string;
let desk: RunningNode;
let laptop: RunningNode;

const start = (name: string) => startNode({ home: join(folder, name), name, listen: { host: '127.0.0.1', port: 0 } });
const presence = (node: RunningNode, who: Principal = owner) =>
  createClient(PresenceService, node.clients(who).transport);

/** One row as a node lists it. */
async function row(node: RunningNode, alias: string, agent: string): Promise<AgentPresence | undefined> {
  const { agents } = await presence(node).listPresence({ includeControlPlane: true });
  return agents.find((each) => each.alias === alias && each.ref?.agent === agent);
}

/** Attends until the answer is called. */
function attend(node: RunningNode, who: Principal, request = {}): () => void {
  const stop = new AbortController();
  void (async () => {
    for await (const _ of presence(node, who).attend(request, { signal: stop.signal }));
  })().catch(() => undefined);
  return () => stop.abort();
}

async function becomes(node: RunningNode, alias: string, agent: string, state: AgentState): Promise<AgentPresence> {
  return vi.waitFor(async () => {
    const found = await row(node, alias, agent);
    if (found?.state !== state) throw new Error(`${alias}/${agent} is ${found?.state}`);
    return found;
  }, wait);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towline-presence-'));
  [desk, laptop] = await Promise.all([start('desk'), start('laptop')]);
  const admin = (node: RunningNode) => createClient(AdminService, node.clients(owner).transport);
  const { invite } = await admin(desk).createInvite({ group: 'home' });
  await admin(laptop).join({ invite });
}, 60_000);
afterAll(async () => {
  await Promise.all([desk?.stop(), laptop?.stop()]);
  await rm(folder, { recursive: true, force: true });
});

describe('an agent of one node, seen from another', () => {
  it('is there while it attends, with what it says, and offline when it left', async () => {
    const leave = attend(desk, ada, { software: 'editor 1', host: 'secret-box' });
    await presence(desk, ada).setStatus({ status: AgentStatus.WORKING });
    const seen = await becomes(laptop, 'desk', 'ada', AgentState.ONLINE);
    await vi.waitFor(
      async () => expect(await row(laptop, 'desk', 'ada')).toMatchObject({ status: AgentStatus.WORKING }),
      wait,
    );
    expect(seen.sessions).toMatchObject([{ software: 'editor 1', host: '' }]);
    expect(seen.groups).toEqual(['home']);
    leave();
    await becomes(laptop, 'desk', 'ada', AgentState.OFFLINE);
  });

  it('disappears when it hides, and comes back when it shows itself', async () => {
    await presence(desk, ada).setVisibility({ visibility: { audience: AgentAudience.NODE } });
    await vi.waitFor(async () => expect(await row(laptop, 'desk', 'ada')).toBeUndefined(), wait);
    await presence(desk, ada).setVisibility({ visibility: {} });
    await vi.waitFor(async () => expect(await row(laptop, 'desk', 'ada')).toBeDefined(), wait);
  });

  it('is offline at once when its node leaves in order, and there again with it', async () => {
    attend(desk, ada);
    await becomes(laptop, 'desk', 'ada', AgentState.ONLINE);
    await becomes(laptop, 'desk', 'node', AgentState.ONLINE);
    await desk.stop();
    const startedMs = performance.now();
    await becomes(laptop, 'desk', 'ada', AgentState.OFFLINE);
    await becomes(laptop, 'desk', 'node', AgentState.OFFLINE);
    expect(performance.now() - startedMs).toBeLessThan(4_000);
    expect((await row(laptop, 'desk', 'ada'))?.lastSeenTime).toBeDefined();
    desk = await start('desk');
    expect(await row(desk, 'self', 'ada')).toMatchObject({ state: AgentState.OFFLINE, status: AgentStatus.WORKING });
  });
});

describe('whoever has a connection open', () => {
  const token = async (kind: TokenKind, subject: string) => {
    const admin = createClient(AdminService, laptop.clients(owner).transport);
    return (await admin.createToken({ kind, subject, groups: kind === TokenKind.PROGRAM ? ['home'] : [] })).token;
  };
  const bearing = (text: string) =>
    createConnectTransport({
      baseUrl: laptop.url,
      httpVersion: '1.1',
      interceptors: [
        (next) => (request) => {
          request.header.set('authorization', `Bearer ${text}`);
          return next(request);
        },
      ],
    });

  it('is there if it is a program', async () => {
    const transport = bearing(await token(TokenKind.PROGRAM, 'nightly'));
    const { agents } = await createClient(PresenceService, transport).listPresence({});
    expect(agents).toMatchObject([{ ref: { agent: 'nightly' }, alias: 'self', state: AgentState.ONLINE }]);
  });

  it('is there if it is the person, while a command stays, and not for one that is over', async () => {
    const text = (await readFile(join(folder, 'laptop', 'owner.token'), 'utf8')).trim();
    const transport = bearing(text);
    await createClient(NodeService, transport).getNode({});
    expect(await row(laptop, 'self', 'owner')).toBeUndefined();
    const stop = new AbortController();
    const watch = createClient(PresenceService, transport).watchPresence({}, { signal: stop.signal });
    const states = [];
    for await (const { event } of watch) {
      if (event.case !== 'agent' || event.value.ref?.agent !== 'owner') continue;
      states.push(event.value.state);
      break;
    }
    expect(states).toEqual([AgentState.ONLINE]);
    const { agents } = await createClient(NodeService, laptop.clients(owner).transport).listAgents({});
    expect(agents).toContainEqual(expect.objectContaining({ name: 'owner', door: 'cli' }));
    stop.abort();
    await becomes(laptop, 'self', 'owner', AgentState.OFFLINE);
  });

  it('is told what is wrong with what it says of itself', async () => {
    const text = await token(TokenKind.AGENT, 'clumsy');
    const post = async (body: Uint8Array) => {
      const response = await fetch(`${laptop.url}/towline.v1.PresenceService/SetSummary`, {
        method: 'POST',
        headers: { authorization: `Bearer ${text}`, 'content-type': 'application/proto' },
        body,
      });
      return { status: response.status, text: await response.text() };
    };
    const summary = (value: string) =>
      toBinary(SetSummaryRequestSchema, create(SetSummaryRequestSchema, { summary: value }));
    expect((await post(new Uint8Array([10, 2, 0xc3, 0x28]))).status).not.toBe(200);
    expect(await post(summary('x'.repeat(1024 * 1024)))).toMatchObject({ status: 400 });
    expect((await row(laptop, 'self', 'clumsy'))?.summary ?? '').toBe('');
    expect(await post(summary('fine'))).toMatchObject({ status: 200 });
    expect((await row(laptop, 'self', 'clumsy'))?.summary).toBe('fine');
  });
});
