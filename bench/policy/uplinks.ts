/** A thousand agents attached to one node over TLS, each on a connection of its own: what each costs, and a call to any of them. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { Uplink } from '../../examples/uplink-agent/uplink.ts';
import { AdminService } from '../../gen/towline/v1/admin_service_pb.ts';
import { TokenKind } from '../../gen/towline/v1/token_pb.ts';
import { ToolService } from '../../gen/towline/v1/tool_service_pb.ts';
import type { Figure } from '../lib/figures.ts';
import { residentBytes, startNode, urlOf } from '../lib/node.ts';

const attached = 1_000;
/** They come before memory is measured: code is loaded, and the first buffers are there. */
const warm = 50;
/** Attached at once. */
const batch = 25;
const calls = 2_000;
/** The node's certificate is its own; that its key is checked costs a client, not the node. */
const tls = { rejectUnauthorized: false };

export async function uplinkFigures(note: (text: string) => void): Promise<Figure[]> {
  note(`${attached} agents attached over TLS`);
  const scratch = await mkdtemp(join(tmpdir(), 'towline-bench-'));
  const home = join(scratch, 'node');
  const node = await startNode(home);
  const lines: Uplink[] = [];
  try {
    const { tools, admin } = clientsOf(urlOf(node), (await readFile(join(home, 'owner.token'), 'utf8')).trim());
    const url = urlOf(node).replace('http:', 'https:');
    const attach = async (name: string) => {
      const { token } = await admin.createToken({ kind: TokenKind.AGENT, subject: name });
      const line = new Uplink({ url, token, tls, identity: { agent: name }, tools: { echo: (text) => text } });
      line.ended.catch(() => undefined);
      lines.push(line);
      await line.attached;
    };
    await attachAll(attach, 0, warm);
    const pid = node.process.pid ?? 0;
    await sleep(1_000);
    const before = residentBytes(pid);
    await attachAll(attach, warm, attached);
    await sleep(1_000);
    const eachKb = (residentBytes(pid) - before) / 1_000 / (attached - warm);
    const times = await callTimes(tools);
    return [
      { name: 'uplink_kb_each', value: eachKb, unit: 'KB', target: 180, better: 'lower' },
      { name: 'uplink_call_p50_ms', value: at(times, 0.5), unit: 'ms', better: 'lower' },
      { name: 'uplink_call_p99_ms', value: at(times, 0.99), unit: 'ms', target: 10, better: 'lower' },
    ];
  } finally {
    for (const line of lines) line.cut();
    await node[Symbol.asyncDispose]();
    await rm(scratch, { recursive: true, force: true });
  }
}

function clientsOf(baseUrl: string, token: string) {
  const transport = createConnectTransport({
    baseUrl,
    httpVersion: '2',
    interceptors: [
      (next) => (request) => {
        request.header.set('authorization', `Bearer ${token}`);
        return next(request);
      },
    ],
  });
  return { tools: createClient(ToolService, transport), admin: createClient(AdminService, transport) };
}

async function attachAll(attach: (name: string) => Promise<void>, from: number, to: number): Promise<void> {
  for (let first = from; first < to; first += batch) {
    const count = Math.min(batch, to - first);
    await Promise.all(Array.from({ length: count }, (_, n) => attach(`agent-${first + n}`)));
  }
}

/** Calls to random agents, one after the other; the shortest first. */
async function callTimes(tools: ReturnType<typeof clientsOf>['tools']): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < calls; n++) {
    const upstream = `uplink.agent-${Math.floor(Math.random() * attached)}`;
    const begin = performance.now();
    const argumentsJson = JSON.stringify({ n });
    for await (const { event } of tools.callTool({ tool: { node: 'self', upstream, name: 'echo' }, argumentsJson })) {
      if (event.case === 'result' && !event.value.resultJson.includes(String(n))) throw new Error('another answer');
    }
    times.push(performance.now() - begin);
  }
  return times.sort((left, right) => left - right);
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(sorted.length * share)] ?? 0;
}
