/**
 * A thousand agents attached to one node over TLS, each on a connection of its own: what each costs, and a call to any of
 * them. The agents are in a process of their own; the caller has one WebSocket, the cheapest door of a node.
 */
import { on, once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { WebSocket } from 'ws';
import { AdminService } from '../../gen/towline/v1/admin_service_pb.ts';
import { TokenKind } from '../../gen/towline/v1/token_pb.ts';
import type { Figure } from '../lib/figures.ts';
import { residentBytes, startCollectingNode, urlOf } from '../lib/node.ts';
import { startWorker, type Worker } from '../lib/worker.ts';

const attached = 1_000;
/** They come before memory is measured: code is loaded, and the first buffers are there. */
const warm = 50;
/** Attached at once. */
const batch = 25;
const calls = 4_000;
/** Not counted: the code of a node that has just started is slow. */
const warmCalls = 1_000;

export async function uplinkFigures(note: (text: string) => void): Promise<Figure[]> {
  note(`${attached} agents attached over TLS`);
  const scratch = await mkdtemp(join(tmpdir(), 'towline-bench-'));
  const home = join(scratch, 'node');
  await using agents = startWorker(join(import.meta.dirname, 'agents.ts'));
  try {
    await using node = await startCollectingNode(home);
    const pid = node.process.pid ?? 0;
    const token = (await readFile(join(home, 'owner.token'), 'utf8')).trim();
    const party = { agents, admin: adminOf(urlOf(node), token), url: urlOf(node).replace('http:', 'https:') };
    await attachAll(party, 0, warm);
    const before = await weigh(pid);
    await attachAll(party, warm, attached);
    await sleep(1_000);
    const asItIs = residentBytes(pid);
    const after = await weigh(pid);
    const eachKb = (bytes: number) => bytes / 1_000 / (attached - warm);
    const times = await callTimes(urlOf(node).replace('http:', 'ws:'), token);
    return [
      { name: 'uplink_kb_each', value: eachKb(after - before), unit: 'KB', target: 180, better: 'lower' },
      { name: 'uplink_uncollected_kb_each', value: eachKb(asItIs - before), unit: 'KB', better: 'lower' },
      { name: 'uplink_call_p50_ms', value: at(times, 0.5), unit: 'ms', better: 'lower' },
      { name: 'uplink_call_p99_ms', value: at(times, 0.99), unit: 'ms', target: 10, better: 'lower' },
    ];
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Resident bytes, without what the collector would free and without what V8 holds in reserve. */
async function weigh(pid: number): Promise<number> {
  await sleep(1_000);
  process.kill(pid, 'SIGUSR2');
  await sleep(2_000);
  return residentBytes(pid);
}

function adminOf(baseUrl: string, token: string): Client<typeof AdminService> {
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
  return createClient(AdminService, transport);
}

interface Party {
  readonly agents: Worker;
  readonly admin: Client<typeof AdminService>;
  readonly url: string;
}

async function attachAll({ agents, admin, url }: Party, from: number, to: number): Promise<void> {
  for (let first = from; first < to; first += batch) {
    const names = Array.from({ length: Math.min(batch, to - first) }, (_, n) => `agent-${first + n}`);
    const made = names.map(async (name): Promise<[string, string]> => {
      const { token } = await admin.createToken({ kind: TokenKind.AGENT, subject: name });
      return [name, token];
    });
    await agents.ask('attach', { url, agents: await Promise.all(made) });
  }
}

/** The parameters of `rpc.stream`. */
interface StreamWord {
  readonly value?: { readonly result?: { readonly resultJson: string } };
  readonly end?: boolean;
  readonly error?: unknown;
}

/** Calls to random agents, one after the other; the shortest first. */
async function callTimes(url: string, token: string): Promise<number[]> {
  const socket = new WebSocket(`${url}/rpc`, { headers: { authorization: `Bearer ${token}` } });
  await once(socket, 'open');
  const messages = on(socket, 'message') as AsyncIterator<[data: Buffer]>;
  const times: number[] = [];
  for (let n = 0; n < warmCalls + calls; n++) {
    const begin = performance.now();
    await call(socket, messages, n);
    if (n >= warmCalls) times.push(performance.now() - begin);
  }
  socket.close();
  return times.sort((left, right) => left - right);
}

/** Resolves when the stream of the call has ended. Rejects if another answer came than the agent's. */
async function call(socket: WebSocket, messages: AsyncIterator<[data: Buffer]>, id: number): Promise<void> {
  const upstream = `uplink.agent-${Math.floor(Math.random() * attached)}`;
  const params = { tool: { node: 'self', upstream, name: 'echo' }, argumentsJson: JSON.stringify({ n: id }) };
  socket.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'ToolService.CallTool', params }));
  let echoed = false;
  for (;;) {
    const [data] = (await messages.next()).value;
    const text = String(data);
    const { params: said, error } = JSON.parse(text) as { params?: StreamWord; error?: unknown };
    if (error || said?.error) throw new Error(text);
    echoed ||= said?.value?.result?.resultJson.includes(String(id)) ?? false;
    if (said?.end && echoed) return;
    if (said?.end) throw new Error('another answer');
  }
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(sorted.length * share)] ?? 0;
}
