/**
 * JSON-RPC calls of a node (`NodeService.GetNode`), against bare servers that give the same result without anything behind
 * it, in alternation; and the memory of WebSockets that wait.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { alternate, ratio } from '../lib/alternate.ts';
import { startChild } from '../lib/child.ts';
import { type Figure, median, type SuiteResult, suiteResult } from '../lib/figures.ts';
import { httpLoad } from '../lib/http-load.ts';
import { residentBytes, startNode, towline, urlOf } from '../lib/node.ts';
import { webSocketLoad } from '../lib/websocket-load.ts';

const root = join(import.meta.dirname, '..', '..');
const rounds = 5;
const webSocketCalls = 40_000;
const httpCalls = 8_000;
const httpInFlight = 32;
const idleSockets = 10_000;

export async function run(note: (text: string) => void): Promise<SuiteResult> {
  note('building the package');
  await promisify(execFile)('npm', ['run', 'build'], { cwd: root });
  const home = join(await mkdtemp(join(tmpdir(), 'towline-bench-')), 'rpc');
  try {
    await towline(home, 'init');
    await appendFile(join(home, 'towline.yaml'), '\nlisten:\n  max_connections: 20000\n');
    return suiteResult('json-rpc', [...(await callFigures(home, note)), await idleFigure(home, note)]);
  } finally {
    await rm(join(home, '..'), { recursive: true, force: true });
  }
}

/** One target of the load: the node or the bare server. */
interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function callFigures(home: string, note: (text: string) => void): Promise<Figure[]> {
  await using node = await startNode(home);
  const token = await newToken(home);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const own: Target = { url: `${urlOf(node)}/rpc`, headers };
  const answer = await fetch(own.url, { method: 'POST', headers, body: request(1) });
  const { result } = (await answer.json()) as { result: unknown };
  await using bareServer = await startChild([join(import.meta.dirname, 'bare.ts'), JSON.stringify(result)]);
  const bare: Target = { url: bareServer.firstLine, headers };

  const figures: Figure[] = [];
  for (const inFlight of [32, 256]) {
    const load = (target: Target) => overWebSocket(target, inFlight);
    figures.push(...(await compare(`websocket_${inFlight}`, { own, bare, load, target: 0.5 }, note)));
  }
  figures.push(...(await compare('http_32', { own, bare, load: overHttp, target: 0.6 }, note)));
  return figures;
}

interface Comparison {
  readonly own: Target;
  readonly bare: Target;
  readonly load: (target: Target) => Promise<number>;
  readonly target: number;
}

async function compare(
  name: string,
  { own, bare, load, target }: Comparison,
  note: (text: string) => void,
): Promise<Figure[]> {
  const measures = { own: () => load(own), bare: () => load(bare) };
  await alternate(1, measures); // warms both up
  const rates = await alternate(rounds, measures);
  const against = ratio(rates.own, rates.bare);
  note(`${name}: ${rates.own.map(Math.round).join(', ')}/s, bare ${rates.bare.map(Math.round).join(', ')}/s`);
  return [
    { name: `${name}_calls_per_second`, value: median(rates.own), unit: '/s', better: 'higher' },
    { name: `${name}_bare_calls_per_second`, value: median(rates.bare), unit: '/s', better: 'higher' },
    { name: `${name}_against_bare`, value: against, unit: '×', target, better: 'higher' },
  ];
}

function request(id: number): string {
  return `{"jsonrpc":"2.0","id":${id},"method":"NodeService.GetNode","params":{}}`;
}

function check(answer: string): void {
  if (!answer.includes('"result":{"node"')) throw new Error(`unexpected answer: ${answer.slice(0, 300)}`);
}

function overWebSocket({ url, headers }: Target, inFlight: number): Promise<number> {
  return webSocketLoad({ url: url.replace('http', 'ws'), headers, message: request, check }, inFlight, webSocketCalls);
}

function overHttp({ url, headers }: Target): Promise<number> {
  return httpLoad({ url, headers, body: request, check: (_status, body) => check(body) }, httpInFlight, httpCalls);
}

/** Memory of the node for each WebSocket that waits, beyond what the first hundred cost. */
async function idleFigure(home: string, note: (text: string) => void): Promise<Figure> {
  await using node = await startNode(home);
  const url = new URL(urlOf(node));
  const token = await newToken(home);
  const sockets: Socket[] = [];
  const openMany = async (count: number) => {
    for (let n = 0; n < count; n += 100) {
      sockets.push(...(await Promise.all(Array.from({ length: 100 }, () => openSocket(url, token)))));
    }
  };
  try {
    await openMany(100);
    await sleep(1_000);
    const before = residentBytes(node.process.pid ?? 0);
    await openMany(idleSockets);
    await sleep(3_000);
    const kilobytes = (residentBytes(node.process.pid ?? 0) - before) / idleSockets / 1_000;
    note(`${idleSockets} idle WebSockets: ${kilobytes.toFixed(1)} KB each`);
    return { name: 'idle_websocket_kb', value: kilobytes, unit: 'KB', target: 30, better: 'lower' };
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

/** The handshake by hand: ten thousand clients of a library would weigh more than what they load. */
async function openSocket({ hostname, port, host }: URL, token: string): Promise<Socket> {
  const socket = connect(Number(port), hostname);
  const lines = [
    'GET /rpc HTTP/1.1',
    `host: ${host}`,
    'upgrade: websocket',
    'connection: upgrade',
    'sec-websocket-version: 13',
    `sec-websocket-key: ${Buffer.alloc(16).toString('base64')}`,
    `authorization: Bearer ${token}`,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const [answer] = await once(socket, 'data');
  if (!String(answer).startsWith('HTTP/1.1 101')) throw new Error(`not a WebSocket: ${answer}`);
  return socket;
}

async function newToken(home: string): Promise<string> {
  return (await towline<{ token: string }>(home, 'token', 'create', '--agent', 'bench')).token;
}
