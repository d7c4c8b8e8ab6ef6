// Agents of one node write to each other: by MCP, and as their status allows.

import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MailPriority } from '../../../gen/towline/v1/mailbox_pb.ts';
import { AgentStatus } from '../../../gen/towline/v1/presence_pb.ts';
import { serveMcpStdio } from '../../../src/gateway/mcp/face/stdio.ts';
import { reasonOf } from '../../../src/rpc/failure.ts';
import type { Principal } from '../../../src/rpc/principal.ts';
import { MailMesh, type MailNode } from './mesh.ts';

let mesh: MailMesh;
let node: MailNode;

const agent = (name: string): Principal => ({ kind: 'agent', name, groups: new Set() });

beforeAll(async () => {
  const started = await MailMesh.start('desk');
  mesh = started.mesh;
  [node] = started.nodes as [MailNode];
  await node.addAgent('claude');
  await node.addAgent('codex');
}, 30_000);
afterAll(() => mesh[Symbol.asyncDispose]());

/** An MCP client of the node, by name, in the name of an agent. */
class McpClient implements AsyncDisposable {
  readonly #input = new PassThrough();
  readonly #lines: AsyncIterator<string>;
  readonly #served: Promise<void>;
  #id = 0;

  constructor(who: string) {
    const output = new PassThrough();
    this.#lines = createInterface({ input: output })[Symbol.asyncIterator]();
    const clients = node.running.clients(agent(who));
    this.#served = serveMcpStdio({ input: this.#input, output, clients, about: { version: '0' } });
  }

  async next(): Promise<{ method?: string; params?: { content: string; meta: object }; result?: never }> {
    return JSON.parse(String((await this.#lines.next()).value));
  }

  async request(method: string, params: object): Promise<{ content: { text: string }[]; isError?: boolean }> {
    const id = ++this.#id;
    this.#input.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    for (;;) {
      const message = await this.next();
      if (message.result) return message.result;
    }
  }

  async mail(args: object): Promise<string> {
    const { content } = await this.request('tools/call', { name: 'towline_mail', arguments: args });
    return content[0]?.text ?? '';
  }

  start(name: string) {
    const clientInfo = { name, version: '1' };
    return this.request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#input.end();
    await this.#served;
  }
}

describe('agents of one node', () => {
  it('write to each other by towline_mail; one that can be woken is woken', async () => {
    await using claude = new McpClient('claude');
    expect(await claude.start('claude-code')).toMatchObject({
      capabilities: { experimental: { 'claude/channel': {} } },
    });
    await using codex = new McpClient('codex');
    await codex.start('codex');
    const sent = JSON.parse(await codex.mail({ action: 'send', to: 'claude', text: 'are you there?' }));
    expect(sent.deliveries).toEqual([{ for: 'claude@self', state: 'delivered' }]);
    const woken = await claude.next();
    expect(woken.method).toBe('notifications/claude/channel');
    expect(woken.params).toMatchObject({ content: 'are you there?', meta: { from: 'codex@self', id: sent.id } });
    const inbox = JSON.parse(await claude.mail({ action: 'inbox' }));
    expect(inbox.mails).toMatchObject([{ from: 'codex@self', for: 'you', text: 'are you there?' }]);
    expect(JSON.parse(await codex.mail({ action: 'sent', id: sent.id })).deliveries[0].state).toBe('read');
    expect(JSON.parse(await claude.mail({ action: 'inbox' })).mails).toEqual([]);
    const answer = { action: 'send', to: 'codex', text: 'yes', id: sent.id };
    await claude.mail(answer);
    expect(JSON.parse(await codex.mail({ action: 'inbox' })).mails).toMatchObject([{ answers: sent.id }]);
    expect(await codex.mail({ action: 'send', to: 'nobody-here', text: 'x' })).toContain('nobody-here');
    expect(await codex.mail({ action: 'sing' })).toContain('"action"');
  });

  it('are not disturbed but by what cannot wait, and told the rest later', async () => {
    const { presence } = node.running.clients(agent('codex'));
    await presence.setStatus({ status: AgentStatus.DO_NOT_DISTURB });
    const seen: string[] = [];
    const ending = new AbortController();
    const stream = node.mail('codex').receiveMail({}, { signal: ending.signal });
    const first = await stream[Symbol.asyncIterator]().next();
    expect(first.value?.event.case).toBe('synced');
    await node.send('codex', 'later', { priority: MailPriority.NEXT });
    await node.send('codex', 'at once', { priority: MailPriority.NOW });
    for (let at = 0; at < 2; at++) {
      const { value } = await stream[Symbol.asyncIterator]().next();
      if (value?.event.case === 'mail') seen.push(value.event.value.text);
      // From here a reader goes on that has seen the urgent one only.
      if (at === 0)
        expect(Number(value?.resumeAfter?.own)).toBeLessThan(Number(value?.event.value?.['cursor' as never]));
      if (at === 0) await presence.setStatus({ status: AgentStatus.IDLE });
    }
    ending.abort();
    expect(seen).toEqual(['at once', 'later']);
  });

  it('get what is for all but their own', async () => {
    await node.mail('claude').sendMail({ target: '*', text: 'hello all' });
    expect(await node.texts('codex')).toContain('hello all');
    expect(await node.texts('claude')).not.toContain('hello all');
  });

  it('say in a channel what is for a channel', async () => {
    const lost = node.send('#nowhere', 'hello?');
    expect(reasonOf(await lost.catch((error: unknown) => error))).toMatch(/CHANNEL_NOT_FOUND/);
  });
});
