/** The main job when things go wrong, with real processes: calls that are cut off, strangers, keys and tokens that are revoked. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { everything, startMesh, type TestMesh, towline } from '../fixtures/mesh.ts';

const slow = { command: process.execPath, args: [join(import.meta.dirname, '..', 'fixtures', 'counting-server.ts')] };

interface ToolList {
  tools: { ref: { node: string; upstream: string; name: string } }[];
}

let mesh: TestMesh<'work' | 'laptop' | 'eve'>;
beforeAll(async () => {
  mesh = await startMesh({ work: { servers: { everything, slow }, share: ['home'] }, laptop: {}, eve: {} });
  await mesh.join('laptop', 'work');
}, 60_000);
afterAll(() => mesh?.[Symbol.asyncDispose]());

async function toolNames(node: 'work' | 'laptop' | 'eve'): Promise<string[]> {
  const { tools } = await mesh.node(node).json<ToolList>('tools');
  return tools.map(({ ref }) => `${ref.node}/${ref.upstream}/${ref.name}`);
}

describe('a call', () => {
  it('carries an answer of 20 MiB', async () => {
    const bytes = 20 * 1024 * 1024;
    await vi.waitFor(async () => expect(await toolNames('laptop')).toContain('work/slow/long'), 20_000);
    const { code, stdout } = await mesh
      .node('laptop')
      .towline('call', 'work/slow/long', `{"bytes":${bytes}}`, '--json');
    expect(code).toBe(0);
    expect(stdout.length).toBeGreaterThan(bytes);
  });

  const count = async () => {
    const { stdout } = await mesh.node('work').towline('call', 'self/slow/count', '{}', '--json');
    return Number(/(\d+) runs/.exec(stdout)?.[1]);
  };

  it('never runs twice when the node that runs it is killed, and its outcome is unknown', async () => {
    await vi.waitFor(async () => expect(await toolNames('laptop')).toContain('work/slow/work'), 20_000);
    const call = mesh.node('laptop').towline('call', 'work/slow/work', '{"ms":60000}');
    await vi.waitFor(async () => expect(await count()).toBe(1), 10_000);
    await mesh.node('work').stop('SIGKILL');
    await sleep(500);
    await mesh.node('work').start();
    const { code, stderr } = await call;
    expect(code).not.toBe(0);
    expect(stderr).toContain('OUTCOME_UNKNOWN');
    await vi.waitFor(async () => expect(await count()).toBe(0), 20_000);
  });
});

describe('strangers and the revoked', () => {
  it('refuses an unknown key, whatever it asks', async () => {
    const work = await mesh.node('work').json<{ nodeId: string }>('id');
    const address = new URL(mesh.node('work').url).host;
    await mesh.node('eve').json('trust', 'add', work.nodeId, 'work', '--address', address, '--dial');
    const { code, stderr } = await mesh.node('eve').towline('call', 'work/everything/echo', '{"message":"let me in"}');
    expect(code).not.toBe(0);
    expect(stderr).toContain('not trusted');
    expect((await mesh.node('work').json<{ peers: unknown[] }>('peers')).peers).toHaveLength(1);
  });

  it('refuses an invite that was used, tampered with, or made by the node itself', async () => {
    const { invite } = await mesh.node('work').json<{ invite: string }>('invite', '--alias', 'laptop2');
    const tampered = `${invite.slice(0, -6)}${invite.at(-6) === 'A' ? 'B' : 'A'}${invite.slice(-5)}`;
    expect((await mesh.node('eve').towline('join', tampered)).stderr).toContain('INVITE_INVALID');
    expect((await mesh.node('work').towline('join', invite)).stderr).toContain('OWN_KEY');
    await mesh.node('laptop').json('join', invite);
    const reused = await mesh.node('eve').towline('join', invite, '--alias', 'office');
    expect(reused.stderr).toMatch(/INVITE_USED|ALIAS_TAKEN/);
  });

  it('forgets the tools of a peer that it trusts no longer, and has them again when it does', async () => {
    expect(await toolNames('laptop')).toContain('work/everything/echo');
    await mesh.node('laptop').json('trust', 'remove', 'work');
    await vi.waitFor(async () => expect(await toolNames('laptop')).toEqual([]), 5_000);
    await mesh.join('laptop', 'work');
    await vi.waitFor(async () => expect(await toolNames('laptop')).toContain('work/everything/echo'), 10_000);
  });

  it('does not let a revoked key back in by the invite that it used before', async () => {
    const { invite } = await mesh.node('work').json<{ invite: string }>('invite');
    await mesh.node('eve').json('trust', 'remove', 'work');
    await mesh.node('eve').json('join', invite);
    await mesh.node('work').json('trust', 'remove', 'eve');
    expect((await mesh.node('eve').towline('join', invite)).stderr).toContain('INVITE_USED');
  });

  it('ends what a revoked token has open', async () => {
    const { token } = await mesh.node('laptop').json<{ token: string }>('token', 'create', '--agent', 'gone');
    const response = await fetch(`${mesh.node('laptop').url}/mcp`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'gone', version: '1' } },
      }),
    });
    const session = {
      authorization: `Bearer ${token}`,
      accept: 'text/event-stream',
      'mcp-session-id': response.headers.get('mcp-session-id') ?? '',
    };
    const stream = await fetch(`${mesh.node('laptop').url}/mcp`, { headers: session });
    expect(stream.status).toBe(200);
    const ended = stream.text().then(
      () => 'ended',
      () => 'cut',
    );
    await mesh.node('laptop').json('token', 'revoke', 'gone');
    expect(await ended).toMatch(/ended|cut/);
    expect((await fetch(`${mesh.node('laptop').url}/mcp`, { headers: session })).status).toBe(401);
  });

  it('cuts the link of a revoked key at once', async () => {
    await mesh.node('work').json('trust', 'remove', 'laptop');
    await vi.waitFor(async () => {
      const { peers } = await mesh.node('laptop').json<{ peers: { state: string }[] }>('peers');
      expect(peers[0]?.state).not.toBe('PEER_STATE_CONNECTED');
    }, 10_000);
    expect(await toolNames('laptop')).toEqual([]);
    expect((await mesh.node('laptop').towline('call', 'work/everything/echo', '{"message":"still?"}')).code).not.toBe(
      0,
    );
  });
});

describe('one home, one port, one person', () => {
  it('refuses a second node on the same home', async () => {
    const second = await towline(['up', '--home', mesh.node('work').home, '--port', '0']);
    expect(second.code).not.toBe(0);
    expect(second.stderr).toContain('HOME_IN_USE');
  });

  it('says so when the port is in use', async () => {
    const port = new URL(mesh.node('work').url).port;
    const other = await towline([
      'up',
      '--home',
      `${mesh.node('work').home}-other`,
      '--host',
      '127.0.0.1',
      '--port',
      port,
    ]);
    expect(other.code).not.toBe(0);
    expect(other.stderr).toContain('PORT_IN_USE');
  });
});
