/**
 * A tool call through the whole path (HTTP gateway, link, stdio upstream), against a plain gateway made of the SDK in
 * front of the same upstream; and how fast and small a node is. One raw load client for both, rounds in alternation.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Child, startChild } from '../lib/child.ts';
import { type Figure, median, type SuiteResult, suiteResult } from '../lib/figures.ts';
import { httpLoad, type Load } from '../lib/http-load.ts';
import { cpuMs, residentBytes, startNode, towline, urlOf } from '../lib/node.ts';

const exec = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
/** Made with the official SDK; and by hand, so that less of what is measured is the server behind the gateways. */
const upstreams = { sdk: 'upstream.ts', lean: 'lean-upstream.ts' };
const inFlight = 32;
const callsPerRound = 6_000;
/** Enough for V8 to have compiled what is hot. */
const warmUpCalls = 8_000;
const rounds = 5;

export async function run(note: (text: string) => void): Promise<SuiteResult> {
  note('building the package');
  await exec('npm', ['run', 'build'], { cwd: root });
  const scratch = await mkdtemp(join(tmpdir(), 'towline-bench-'));
  try {
    const figures: Figure[] = [];
    for (const kind of ['sdk', 'lean'] as const) figures.push(...(await callFigures(join(scratch, kind), kind, note)));
    return suiteResult('call', [...figures, ...(await nodeFigures(scratch, note))]);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function callFigures(
  scratch: string,
  kind: keyof typeof upstreams,
  note: (text: string) => void,
): Promise<Figure[]> {
  const upstream = join(import.meta.dirname, upstreams[kind]);
  const named = (name: string) => (kind === 'sdk' ? name : `${name}_${kind}_upstream`);
  await mkdir(scratch);
  const far = join(scratch, 'far');
  const near = join(scratch, 'near');
  const servers = join(scratch, 'mcp.json');
  await writeFile(servers, JSON.stringify({ mcpServers: { bench: { command: process.execPath, args: [upstream] } } }));
  await using farNode = await startNode(far, '--mcp', servers, '--share', 'home');
  await using nearNode = await startNode(near);
  await joinMesh(near, far);
  await using sdk = await startChild([join(import.meta.dirname, 'sdk-gateway.ts'), upstream]);

  const { token } = await towline<{ token: string }>(near, 'token', 'create', '--agent', 'bench');
  const mesh = modernCalls(`${urlOf(nearNode)}/mcp`, 'far__bench__echo', { authorization: `Bearer ${token}` });
  const plain = modernCalls(sdk.firstLine, 'echo', {});
  await untilAnswered(mesh);
  for (const load of [mesh, plain]) await httpLoad(load, inFlight, warmUpCalls);
  const rates = { mesh: [] as number[], plain: [] as number[] };
  const costs = { near: new Cost(nearNode), far: new Cost(farNode), plain: new Cost(sdk) };
  for (let round = 1; round <= rounds; round++) {
    for (const cost of Object.values(costs)) cost.begin();
    rates.mesh.push(await httpLoad(mesh, inFlight, callsPerRound));
    rates.plain.push(await httpLoad(plain, inFlight, callsPerRound));
    for (const cost of Object.values(costs)) cost.end();
    note(
      `${kind} upstream, round ${round} of ${rounds}: mesh ${Math.round(rates.mesh.at(-1) ?? 0)}/s, SDK gateway ${Math.round(rates.plain.at(-1) ?? 0)}/s`,
    );
  }
  const ratio = median(rates.mesh.map((rate, round) => rate / (rates.plain[round] ?? 1)));
  return [
    { name: named('mesh_calls_per_second'), value: median(rates.mesh), unit: '/s', better: 'higher' },
    { name: named('sdk_gateway_calls_per_second'), value: median(rates.plain), unit: '/s', better: 'higher' },
    { name: named('mesh_against_sdk_gateway'), value: ratio, unit: '×', target: 2, better: 'higher' },
    { name: named('near_node_cpu_us'), value: costs.near.us, unit: 'µs', better: 'lower' },
    { name: named('far_node_cpu_us'), value: costs.far.us, unit: 'µs', better: 'lower' },
    { name: named('sdk_gateway_cpu_us'), value: costs.plain.us, unit: 'µs', better: 'lower' },
  ];
}

/** Processor time of a process for one call: what is left of a rate on a machine whose cores wait for nobody. */
class Cost {
  readonly #pid: number;
  readonly #perCall: number[] = [];
  #begunMs = 0;

  constructor({ process: { pid = 0 } }: Child) {
    this.#pid = pid;
  }

  begin(): void {
    this.#begunMs = cpuMs(this.#pid);
  }

  end(): void {
    this.#perCall.push(((cpuMs(this.#pid) - this.#begunMs) * 1_000) / callsPerRound);
  }

  get us(): number {
    return median(this.#perCall);
  }
}

async function nodeFigures(scratch: string, note: (text: string) => void): Promise<Figure[]> {
  note('starting, asking and weighing a node');
  const home = join(scratch, 'alone');
  const readyMs: number[] = [];
  const firstMs: number[] = [];
  const peersMs: number[] = [];
  let residentMiB = 0;
  let usedMiB = 0;
  for (let round = 0; round < rounds; round++) {
    await using node = await startNode(home);
    readyMs.push(node.readyMs);
    if (round === 0) {
      await sleep(5_000);
      residentMiB = residentBytes(node.process.pid ?? 0) / 2 ** 20;
    }
    firstMs.push(await timed(() => towline(home, 'peers')));
    peersMs.push(await timed(() => towline(home, 'peers')));
    usedMiB = residentBytes(node.process.pid ?? 0) / 2 ** 20;
  }
  return [
    { name: 'up_ready_ms', value: median(readyMs), unit: 'ms', target: 500, better: 'lower' },
    { name: 'peers_wall_ms', value: median(peersMs), unit: 'ms', target: 250, better: 'lower' },
    { name: 'first_peers_after_start_ms', value: median(firstMs), unit: 'ms', better: 'lower' },
    { name: 'idle_node_rss_mb', value: residentMiB, unit: 'MB', target: 110, better: 'lower' },
    { name: 'asked_node_rss_mb', value: usedMiB, unit: 'MB', better: 'lower' },
  ];
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function joinMesh(home: string, inviter: string): Promise<void> {
  const { invite } = await towline<{ invite: string }>(inviter, 'invite');
  await towline(home, 'join', invite);
}

/** Modern-era `tools/call` requests, each with a message of its own that the answer must repeat. */
function modernCalls(url: string, tool: string, headers: Record<string, string>): Load {
  const envelope = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: 'load', version: '1' },
  };
  return {
    url,
    headers: {
      ...headers,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': tool,
    },
    body: (n) =>
      JSON.stringify({
        jsonrpc: '2.0',
        id: n,
        method: 'tools/call',
        params: { name: tool, arguments: { message: `message ${n} ${'x'.repeat(80)}` }, _meta: envelope },
      }),
    check: (status, body) => {
      if (status !== 200 || !body.includes('"text":"message '))
        throw new Error(`unexpected answer ${status}: ${body.slice(0, 300)}`);
    },
  };
}

/** The tools of a peer arrive a moment after the link. */
async function untilAnswered(load: Load): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await httpLoad(load, 1, 1);
      return;
    } catch (error) {
      if (attempt >= 100) throw error;
      await sleep(100);
    }
  }
}
